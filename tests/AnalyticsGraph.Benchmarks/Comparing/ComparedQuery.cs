namespace AnalyticsGraph.Benchmarks.Comparing;

/// <summary>The same question three ways.</summary>
/// <param name="Name">The line's name.</param>
/// <param name="Ours">The document for this server.</param>
/// <param name="Theirs">The document for PostGraphile.</param>
/// <param name="Ideal">One statement whose only value is the whole answer as JSON: what nothing above PostgreSQL can beat.</param>
/// <param name="Aim">How many times PostGraphile's requests per second it should be.</param>
internal sealed record ComparedQuery(string Name, string Ours, string Theirs, string Ideal, double Aim)
{
    private const string RunParts = """
        'params', (SELECT json_agg(json_build_object('key', p.key, 'value', p.value) ORDER BY p.key) FROM run_param p WHERE p.run_id = r.id)
        """;

    private const string RunTags = """
        'tags', (SELECT json_agg(json_build_object('key', t.key, 'value', t.value) ORDER BY t.key) FROM run_tag t WHERE t.run_id = r.id)
        """;

    /// <summary>The three questions.</summary>
    /// <param name="experiment">An experiment's id.</param>
    /// <param name="run">A run's id.</param>
    public static IReadOnlyList<ComparedQuery> Make(long experiment, long run) =>
    [
        new(
            "Q1: a run with params and tags",
            $$"""{ run(id: "{{Mapping.Rows.GlobalId.Of("Run", run)}}") { uuid name status startTime params { key value } tags { key value } } }""",
            $$"""{ runByRowId(rowId: "{{run}}") { uuid name status startTime runParamsByRunId { nodes { key value } } runTagsByRunId { nodes { key value } } } }""",
            $"SELECT json_build_object('uuid', r.uuid, 'name', r.name, 'status', r.status, 'startTime', r.start_time, {RunParts}, {RunTags})::text FROM run r WHERE r.id = {run}",
            3),
        new(
            "Q2: 50 runs of an experiment by status, newest first, with params, tags, experiment",
            $$"""{ runs(first: 50, where: { experiment: { id: { eq: "{{Mapping.Rows.GlobalId.Of("Experiment", experiment)}}" } }, status: { eq: FINISHED } }, order: [{ startTime: DESC }]) { nodes { uuid name status startTime experiment { name } params { key value } tags { key value } } } }""",
            $$"""{ allRuns(first: 50, filter: { experimentId: { equalTo: "{{experiment}}" }, status: { equalTo: "FINISHED" } }, orderBy: [START_TIME_DESC]) { nodes { uuid name status startTime experimentByExperimentId { name } runParamsByRunId { nodes { key value } } runTagsByRunId { nodes { key value } } } } }""",
            $"""
            SELECT json_agg(json_build_object('uuid', r.uuid, 'name', r.name, 'status', r.status, 'startTime', r.start_time, 'experiment', json_build_object('name', r.experiment_name), {RunParts}, {RunTags}))::text
            FROM (SELECT r.*, e.name AS experiment_name FROM run r JOIN experiment e ON e.id = r.experiment_id
                WHERE r.experiment_id = {experiment} AND r.status = 'FINISHED' ORDER BY r.start_time DESC NULLS LAST, r.id LIMIT 50) r
            """,
            2),
        new(
            "Q3: 20 experiments with 10 runs each with params",
            "{ experiments(first: 20) { nodes { name runs(first: 10) { nodes { uuid name params { key value } } } } } }",
            "{ allExperiments(first: 20) { nodes { name runsByExperimentId(first: 10, orderBy: [START_TIME_DESC]) { nodes { uuid name runParamsByRunId { nodes { key value } } } } } } }",
            $"""
            SELECT json_agg(json_build_object('name', e.name, 'runs', (
                SELECT json_agg(json_build_object('uuid', r.uuid, 'name', r.name, {RunParts}))
                FROM (SELECT * FROM run WHERE experiment_id = e.id ORDER BY start_time DESC NULLS LAST, id LIMIT 10) r)))::text
            FROM (SELECT id, name FROM experiment ORDER BY id LIMIT 20) e
            """,
            1.5),
    ];
}
