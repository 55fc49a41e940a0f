namespace AnalyticsGraph.Tracking.Entities;

/// <summary>Tags of MLflow's clients that mirror a column of the run.</summary>
internal static class RunTags
{
    /// <summary>The run's name.</summary>
    public const string Name = "mlflow.runName";

    /// <summary>The uuid of the run that it is part of.</summary>
    public const string Parent = "mlflow.parentRunId";

    private const long ParentLock = 0x7061_7265_6e74_7321; // "parents!"

    /// <summary>Makes a run part of the one that its tag names, and of none if there is no such run. A run is never part of itself, through others neither: such a tag names none.</summary>
    /// <param name="run">The run; whoever calls holds its counter.</param>
    /// <param name="uuid">The tag's value.</param>
    public static Statement[] SetParent(long run, string? uuid) =>
    [
        // Two runs that become each other's part at once would see nothing of each other.
        new Statement("SELECT pg_advisory_xact_lock(").Bind(ParentLock).Add(")"),
        new Statement(
            """
            UPDATE run SET parent_id = named.id
            FROM (SELECT me.id AS run_id, (
                SELECT p.id FROM run p WHERE p.source = me.source AND NOT EXISTS (
                    WITH RECURSIVE above (id, parent_id) AS (SELECT p.id, p.parent_id UNION SELECT a.id, a.parent_id FROM run a JOIN above ON a.id = above.parent_id)
                    SELECT FROM above WHERE above.id = me.id)
                AND p.uuid =
            """).Add(" ").Bind(uuid).Add(") AS id FROM run me WHERE me.id = ").Bind(run).Add(") named WHERE run.id = named.run_id AND run.parent_id IS DISTINCT FROM named.id"),
    ];
}
