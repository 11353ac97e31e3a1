/** The day on which the sample lake is asked: the day after its last event. */
export const askedOn = '2026-11-19';

/** The last version of Trino whose server and Hive plug-in are on Maven Central as archives. */
export const trinoVersion = '476';

/** Trino 476 starts with no older Java. */
export const leastJavaVersion = 24;
