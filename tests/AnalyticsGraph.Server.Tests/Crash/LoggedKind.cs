namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>A series whose rows replace each other by place, how a client writes one row of it, and where it is found.</summary>
/// <param name="Mutation">The mutation.</param>
/// <param name="OwnerType">Whose rows they are.</param>
/// <param name="Input">The mutation's input for an owner, a place, a value and a time.</param>
/// <param name="Values">Asks ClickHouse for <c>owner</c>, <c>place</c> and <c>value</c> of all rows.</param>
/// <param name="Rows">Asks how many rows there are at each place, where the values stand elsewhere: among the points.</param>
internal sealed record LoggedKind(string Mutation, string OwnerType, Func<string, long, double, DateTimeOffset, object> Input, string Values, string? Rows = null)
{
    public static IReadOnlyList<LoggedKind> All { get; } =
    [
        new("logEpochs", "Run", (run, place, value, time) => new { runId = run, epochs = new[] { new { index = place, time, metrics = new[] { new { key = "epochs", total = value } } } } },
            "SELECT run_id AS owner, step AS place, assumeNotNull(total) AS value FROM metric WHERE scope = 'EPOCH' AND key = 'epochs'",
            "SELECT run_id AS owner, idx AS place, toFloat64(count()) AS value FROM epoch FINAL GROUP BY owner, place"),
        new("logJobRuntime", "Job", (job, place, value, _) => new { jobId = job, records = new[] { new { time = DateTimeOffset.UnixEpoch.AddSeconds(place), globalStep = place, speed = value } } },
            "SELECT job_id AS owner, global_step AS place, assumeNotNull(speed) AS value FROM job_runtime FINAL"),
        new("logBatches", "Run", (run, place, value, time) => new { runId = run, batches = new[] { new { epochIndex = 0, index = place, time, metrics = new[] { new { key = "batches", total = value } } } } },
            "SELECT run_id AS owner, step AS place, assumeNotNull(total) AS value FROM metric WHERE scope = 'BATCH' AND key = 'batches'",
            "SELECT run_id AS owner, idx AS place, toFloat64(count()) AS value FROM batch FINAL GROUP BY owner, place"),
        new("addSamples", "Dataset", (dataset, place, value, _) => new { datasetId = dataset, columns = new[] { new { name = "v" } }, samples = new[] { new { index = place, features = new[] { new { name = "v", value } } } } },
            "SELECT dataset_id AS owner, sample_index AS place, features['v'] AS value FROM sample FINAL"),
        new("logResults", "Run", (run, place, value, time) => new { runId = run, time, metrics = new[] { new { key = $"results/{place}", total = value } } },
            "SELECT run_id AS owner, toInt64(substring(key, 9)) AS place, assumeNotNull(total) AS value FROM metric WHERE scope = 'RESULT' AND startsWith(key, 'results/')"),
        new("addTargets", "Dataset", (dataset, place, value, _) => new { datasetId = dataset, targets = new[] { new { index = place, sampleIndex = place, value } } },
            "SELECT dataset_id AS owner, target_index AS place, assumeNotNull(value) AS value FROM target FINAL"),
        new("addPredictions", "PredictionSet", (set, place, value, _) => new { predictionSetId = set, predictions = new[] { new { index = place, sampleIndex = place, value } } },
            "SELECT prediction_set_id AS owner, prediction_index AS place, assumeNotNull(value) AS value FROM prediction FINAL"),
    ];

    /// <summary>The call, with the variable <c>input</c>.</summary>
    public string Call { get; } = $"mutation ($input: {char.ToUpperInvariant(Mutation[0])}{Mutation[1..]}Input!) {{ answer: {Mutation}(input: $input) {{ errors {{ __typename ... on UserError {{ message }} }} }} }}";
}
