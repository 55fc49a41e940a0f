namespace AnalyticsGraph.Tracking.Staging;

/// <summary>A store failed when rows were to be acknowledged, and what came of it cannot be learnt: they are stored, all of them, now or in a while, or none is.</summary>
/// <param name="cause">What failed.</param>
public sealed class InDoubtException(Exception cause) : Exception(
    $"{(PostgresAbsence.IsCause(cause) ? PostgresAbsence.Reason(cause) : "PostgreSQL did not answer in time")}, so it is not known whether the rows are stored: all of them are, now or in a while, or none. "
    + "Send them again with the key that they came with. If they came with none, look first: rows without a time may be stored twice.",
    cause);
