import type { Location } from '../trail/configuration.ts';
import type { Storage } from '../trail/storage.ts';

/** The storage of a location, and what keys in it begin with. Only what is used is loaded. */
export async function storageAt(
  location: Location,
): Promise<{ readonly storage: Storage; readonly prefix: string }> {
  if ('folder' in location) {
    const { folderStorage } = await import('./folder.ts');
    return { storage: folderStorage(location.folder), prefix: '' };
  }
  const { bucketStorage } = await import('./s3.ts');
  return { storage: bucketStorage(location), prefix: location.prefix };
}
