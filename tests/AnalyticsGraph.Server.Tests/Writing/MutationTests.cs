using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Writing;

/// <summary>The mutations over HTTP: what they change, and what they leave alone.</summary>
[Collection("empty")]
public sealed class MutationTests(EmptyServer empty, MutationTests.SharedScene shared) : IClassFixture<MutationTests.SharedScene>
{
    private const string Errors = "errors { __typename ... on UserError { message path } }";

    [Fact]
    public async Task Mutations_Should_KeepARunsLife_When_ItIsLoggedFromStartToEnd()
    {
        var server = empty.Server;
        var name = $"life {Guid.NewGuid():n}";
        var experiment = (await server.RunAsync(
            $$$"""mutation ($name: String!) { createExperiment(input: {name: $name, artifactLocation: "s3://b/e", tags: [{key: "team", value: "a"}]}) { experiment { id name artifactLocation lifecycleStage source tags { key value } } {{{Errors}}} } } """,
            new { name })).At("createExperiment.experiment");
        Assert.Equal($$"""{"id":{{experiment.GetProperty("id").GetRawText()}},"name":"{{name}}","artifactLocation":"s3://b/e","lifecycleStage":"ACTIVE","source":"local","tags":[{"key":"team","value":"a"}]}""", experiment.GetRawText());

        var run = (await server.RunAsync(
            $$$"""mutation ($e: ID!) { createRun(input: {experimentId: $e, name: "first", user: "ada", startTime: "2026-01-02T03:04:05+01:00", params: [{key: "lr", value: "1e-3"}], tags: [{key: "t", value: "u"}]}) { run { id uuid status user startTime params { key number } tags(where: {key: {eq: "t"}}) { value } } {{{Errors}}} } } """,
            new { e = experiment.GetProperty("id").GetString() })).At("createRun.run");
        Assert.Equal(("RUNNING", "ada", "2026-01-02T02:04:05Z", 0.001), (
            run.GetProperty("status").GetString(), run.GetProperty("user").GetString(), run.GetProperty("startTime").GetString()!.Replace(".000", "", StringComparison.Ordinal), run.At("params.0.number").GetDouble()));

        var child = (await server.RunAsync(
            "mutation ($e: ID!, $p: ID!) { createRun(input: {experimentId: $e, parentId: $p}) { run { name parent { uuid } } } }",
            new { e = experiment.GetProperty("id").GetString(), p = run.GetProperty("id").GetString() })).At("createRun.run");
        Assert.Equal(run.GetProperty("uuid").GetString(), child.At("parent.uuid").GetString());
        Assert.NotEmpty(child.GetProperty("name").GetString()!);

        var logged = (await server.RunAsync(
            $$$"""
            mutation ($r: ID!) { logBatch(input: {runId: $r, params: [{key: "depth", value: "3"}], tags: [{key: "t", value: "v"}],
              metrics: [{key: "loss", value: "NaN", step: 1}, {key: "loss", value: 0.25, step: 2, time: "2026-01-01T00:00:00.250Z"}, {key: "loss", value: 0.25, step: 2, time: "2026-01-01T00:00:00.250Z"}]}) {
                newPoints {{{Errors}}} run { params { key value } tags(where: {key: {eq: "t"}}) { value } metrics { key count nanCount latest { step value } } } } }
            """,
            new { r = run.GetProperty("id").GetString() })).GetProperty("logBatch");
        Assert.Equal(
            """{"newPoints":2,"errors":[],"run":{"params":[{"key":"depth","value":"3"},{"key":"lr","value":"1e-3"}],"tags":[{"value":"v"}],"metrics":[{"key":"loss","count":2,"nanCount":1,"latest":{"step":2,"value":0.25}}]}}""",
            logged.GetRawText());

        var ended = (await server.RunAsync(
            $$"""mutation ($r: ID!) { updateRun(input: {id: $r, status: FINISHED, name: "last"}) { run { name status endTime } {{Errors}} } } """, new { r = run.GetProperty("id").GetString() })).At("updateRun.run");
        Assert.Equal(("last", "FINISHED"), (ended.GetProperty("name").GetString(), ended.GetProperty("status").GetString()));
        Assert.InRange(DateTimeOffset.UtcNow - ended.GetProperty("endTime").GetDateTimeOffset(), TimeSpan.FromSeconds(-5), TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Payload_Should_BeTheRecordAsItIsNow_When_EarlierFieldsOfTheRequestHaveReadIt()
    {
        var experiment = await empty.CreateExperimentAsync();
        var run = await empty.CreateRunAsync(experiment);
        var (first, second) = ($"first {run}", $"second {run}");

        var updated = await empty.Server.RunAsync(
            """mutation ($r: ID!) { a: updateRun(input: {id: $r, name: "one"}) { run { name rowVersion } } b: updateRun(input: {id: $r, name: "two"}) { run { name rowVersion } } }""", new { r = run });
        Assert.Equal(("one", "two"), (updated.At("a.run.name").GetString(), updated.At("b.run.name").GetString()));
        var last = await empty.Server.RunAsync(
            $$"""mutation ($r: ID!, $v: Long) { updateRun(input: {id: $r, name: "three", version: $v}) { run { name } {{Errors}} } } """, new { r = run, v = updated.At("b.run.rowVersion").GetInt64() });
        Assert.Equal("""{"updateRun":{"run":{"name":"three"},"errors":[]}}""", last.GetRawText());

        // The same record by another relation, and lists below it.
        var changed = await empty.Server.RunAsync(
            """
            mutation ($e: ID!, $r: ID!, $first: String!, $second: String!) {
              a: updateExperiment(input: {id: $e, name: $first}) { experiment { name runs { totalCount } } }
              b: createRun(input: {experimentId: $e}) { run { experiment { name runs { totalCount } } } }
              c: deleteRun(input: {id: $r}) { run { lifecycleStage experiment { name } } }
              d: updateExperiment(input: {id: $e, name: $second}) { experiment { name } }
              e: restoreRun(input: {id: $r}) { run { lifecycleStage experiment { name } } }
              f: logBatch(input: {runId: $r, tags: [{key: "k", value: "v"}]}) { run { tags(where: {key: {eq: "k"}}) { value } } }
              g: logBatch(input: {runId: $r, tags: [{key: "k", value: "w"}]}) { run { name tags(where: {key: {eq: "k"}}) { value } } }
            }
            """,
            new { e = experiment, r = run, first, second });
        Assert.Equal(
            """
            {"a":{"experiment":{"name":"$first","runs":{"totalCount":1}}},"b":{"run":{"experiment":{"name":"$first","runs":{"totalCount":2}}}},
            "c":{"run":{"lifecycleStage":"DELETED","experiment":{"name":"$first"}}},"d":{"experiment":{"name":"$second"}},"e":{"run":{"lifecycleStage":"ACTIVE","experiment":{"name":"$second"}}},
            "f":{"run":{"tags":[{"value":"v"}]}},"g":{"run":{"name":"three","tags":[{"value":"w"}]}}}
            """.ReplaceLineEndings("").Replace("$first", first, StringComparison.Ordinal).Replace("$second", second, StringComparison.Ordinal),
            changed.GetRawText());
    }

    [Fact]
    public async Task DeferredPart_Should_ReadTheRecordsAsTheLastFieldLeftThem_When_ItStandsBelowAMutation()
    {
        var experiment = await empty.CreateExperimentAsync();
        var run = await empty.CreateRunAsync(experiment);

        var parts = await empty.Server.RunInPartsAsync($$"""
            mutation {
              a: updateRun(input: {id: "{{run}}", name: "one"}) { run { name experiment { name } ... @defer(label: "a") { name trial { name } } } }
              b: updateExperiment(input: {id: "{{experiment}}", name: "renamed {{run}}"}) { errors { __typename } }
              c: updateRun(input: {id: "{{run}}", name: "two"}) { run { name ... @defer(label: "c") { experiment { name } } } }
            }
            """);

        Assert.Contains("""
            "a":{"run":{"name":"one","experiment":{"name":"e-
            """, parts[0].Part, StringComparison.Ordinal);
        Assert.Contains("""
            "c":{"run":{"name":"two"}}
            """, parts[0].Part, StringComparison.Ordinal);
        Assert.DoesNotContain("renamed", parts[0].Part, StringComparison.Ordinal);
        Assert.Contains($$$"""
            {"experiment":{"name":"renamed {{{run}}}"}}
            """, string.Concat(parts.Select(part => part.Part)), StringComparison.Ordinal);
    }

    /// <summary>The mutation, what it is told, and the errors expected: type and path.</summary>
    public static TheoryData<string, string, string, string> Mendable => new()
    {
        { "createExperiment", """{"name": ""}""", "InvalidInputError", "input.name" },
        { "createExperiment", """{"name": "$taken"}""", "NameTakenError", "input.name" },
        { "createExperiment", """{"name": "another", "clientToken": "$usedByExperiment"}""", "ClientTokenConflictError", "input.clientToken" },
        { "createExperiment", """{"name": "n", "tags": [{"key": "a//b", "value": ""}]}""", "InvalidInputError", "input.tags.0.key" },
        { "createRun", """{"experimentId": "$experiment", "status": "UNKNOWN"}""", "InvalidInputError", "input.status" },
        { "createRun", """{"experimentId": "bm9uc2Vuc2U="}""", "NotFoundError", "input.experimentId" },
        { "createRun", """{"experimentId": "'; DROP TABLE run; --"}""", "NotFoundError", "input.experimentId" },
        { "createRun", """{"experimentId": "$run"}""", "NotFoundError", "input.experimentId" },
        { "createRun", """{"experimentId": "$experiment", "parentId": "$experiment"}""", "NotFoundError", "input.parentId" },
        { "createRun", """{"experimentId": "$deletedExperiment"}""", "NotActiveError", "input.experimentId" },
        { "createRun", """{"experimentId": "$experiment", "name": "other", "clientToken": "$usedByRun"}""", "ClientTokenConflictError", "input.clientToken" },
        { "updateRun", """{"id": "$run", "status": "UNKNOWN"}""", "InvalidInputError", "input.status" },
        { "updateRun", """{"id": "UnVuOi03"}""", "NotFoundError", "input.id" },
        { "updateRun", """{"id": "$deletedRun", "name": "x"}""", "NotActiveError", "input.id" },
        { "updateRun", """{"id": "$run", "name": "other", "clientToken": "$usedByUpdate"}""", "ClientTokenConflictError", "input.clientToken" },
        { "updateRun", """{"id": "$run", "name": "other", "version": 99}""", "VersionConflictError", "input.version" },
        { "logBatch", """{"runId": "$run", "metrics": [{"key": "", "value": 1}, {"key": "fine", "value": 2}]}""", "InvalidInputError", "input.metrics.0.key" },
        { "logBatch", """{"runId": "UnVuOi03", "metrics": [{"key": "fine", "value": 2}]}""", "NotFoundError", "input.runId" },
        { "logBatch", """{"runId": "$deletedRun", "metrics": [{"key": "fine", "value": 2}]}""", "NotActiveError", "input.runId" },
        { "logBatch", """{"runId": "$run", "metrics": [{"key": "fine", "value": 2}], "params": [{"key": "lr", "value": "2"}]}""", "ParamConflictError", "input.params.0.value" },
        { "logBatch", """{"runId": "$run", "tags": [{"key": "a", "value": "b"}], "clientToken": "$usedByBatch"}""", "ClientTokenConflictError", "input.clientToken" },
        { "registerModel", """{"name": " "}""", "InvalidInputError", "input.name" },
        { "registerModel", """{"name": "n", "runId": "$model"}""", "NotFoundError", "input.runId" },
        { "registerModel", """{"name": "$deletedModelName"}""", "NotActiveError", "input.name" },
        { "registerModel", """{"name": "n", "loggedModelId": "$deletedLoggedModel"}""", "NotActiveError", "input.loggedModelId" },
        { "registerModel", """{"name": "other", "clientToken": "$usedByModel"}""", "ClientTokenConflictError", "input.clientToken" },
        { "transitionModelVersion", """{"id": "$version", "stage": "DELETED"}""", "InvalidInputError", "input.stage" },
        { "transitionModelVersion", """{"id": "$model", "stage": "STAGING"}""", "NotFoundError", "input.id" },
        { "transitionModelVersion", """{"id": "$deletedVersion", "stage": "STAGING"}""", "NotActiveError", "input.id" },
        { "transitionModelVersion", """{"id": "$version", "stage": "STAGING", "version": 99}""", "VersionConflictError", "input.version" },
        { "transitionModelVersion", """{"id": "$version", "stage": "STAGING", "clientToken": "$usedByModel"}""", "ClientTokenConflictError", "input.clientToken" },
        { "setModelAlias", """{"registeredModelId": "$model", "alias": "latest", "version": 1}""", "InvalidInputError", "input.alias" },
        { "setModelAlias", """{"registeredModelId": "$run", "alias": "b", "version": 1}""", "NotFoundError", "input.registeredModelId" },
        { "setModelAlias", """{"registeredModelId": "$model", "alias": "b", "version": 2}""", "NotFoundError", "input.version" },
        { "setModelAlias", """{"registeredModelId": "$deletedModel", "alias": "b", "version": 1}""", "NotActiveError", "input.registeredModelId" },
        { "setModelAlias", """{"registeredModelId": "$model", "alias": "b", "version": 1, "clientToken": "$usedByModel"}""", "ClientTokenConflictError", "input.clientToken" },
        { "deleteModelAlias", """{"registeredModelId": "$model", "alias": "a\u0000"}""", "InvalidInputError", "input.alias" },
        { "deleteModelAlias", """{"registeredModelId": "$model", "alias": "b"}""", "NotFoundError", "input.alias" },
        { "deleteModelAlias", """{"registeredModelId": "$deletedModel", "alias": "a"}""", "NotActiveError", "input.registeredModelId" },
        { "deleteModelAlias", """{"registeredModelId": "$model", "alias": "a", "clientToken": "$usedByModel"}""", "ClientTokenConflictError", "input.clientToken" },
        { "linkRunToJob", """{"jobId": "$job", "runId": "$run", "clientToken": ""}""", "InvalidInputError", "input.clientToken" },
        { "linkRunToJob", """{"jobId": "$run", "runId": "$run"}""", "NotFoundError", "input.jobId" },
        { "linkRunToJob", """{"jobId": "$job", "runId": "$deletedRun"}""", "NotActiveError", "input.runId" },
        { "linkRunToJob", """{"jobId": "$job", "runId": "$run", "clientToken": "$usedByModel"}""", "ClientTokenConflictError", "input.clientToken" },
        { "unlinkRunFromJob", """{"jobId": "$job", "runId": "$run", "clientToken": ""}""", "InvalidInputError", "input.clientToken" },
        { "unlinkRunFromJob", """{"jobId": "$run", "runId": "$run"}""", "NotFoundError", "input.jobId" },
        { "unlinkRunFromJob", """{"jobId": "$job", "runId": "$deletedRun"}""", "NotActiveError", "input.runId" },
        { "unlinkRunFromJob", """{"jobId": "$job", "runId": "$run", "clientToken": "$usedByModel"}""", "ClientTokenConflictError", "input.clientToken" },
        { "logArtifacts", """{"artifacts": [{"type": "t"}]}""", "InvalidInputError", "input.artifacts.0.location" },
        { "logArtifacts", """{"artifacts": [{"location": "l", "owners": [{"runId": "$job"}]}]}""", "NotFoundError", "input.artifacts.0.owners.0" },
        { "logArtifacts", """{"artifacts": [{"location": "l", "owners": [{"runId": "$deletedRun"}]}]}""", "NotActiveError", "input.artifacts.0.owners.0" },
        { "logArtifacts", """{"artifacts": [{"location": "l"}], "clientToken": "$usedByModel"}""", "ClientTokenConflictError", "input.clientToken" },
        { "unlinkArtifact", """{"artifactId": "$artifact", "owner": {"runId": "$run"}, "clientToken": ""}""", "InvalidInputError", "input.clientToken" },
        { "unlinkArtifact", """{"artifactId": "$artifact", "owner": {"runId": "$deletedRun"}}""", "NotFoundError", "input.owner" },
        { "unlinkArtifact", """{"artifactId": "$artifact", "owner": {"runId": "$run"}, "clientToken": "$usedByModel"}""", "ClientTokenConflictError", "input.clientToken" },
        { "logMetrics", """{"runs": []}""", "InvalidInputError", "input.runs" },
        { "logMetrics", """{"runs": [{"runId": "bm9uc2Vuc2U=", "metrics": [{"key": "m", "value": 1}]}]}""", "NotFoundError", "input.runs.0.runId" },
        { "logMetrics", """{"runs": [{"runId": "$deletedRun", "metrics": [{"key": "m", "value": 1}]}]}""", "NotActiveError", "input.runs.0.runId" },
        { "logMetrics", """{"runs": [{"runId": "$run", "metrics": [{"key": "m", "value": 1}]}], "clientToken": "$usedBySeries"}""", "ClientTokenConflictError", "input.clientToken" },
        { "logEpochs", """{"runId": "$run", "epochs": [{"index": -1}]}""", "InvalidInputError", "input.epochs.0.index" },
        { "logEpochs", """{"runId": "bm9uc2Vuc2U=", "epochs": [{"index": 1}]}""", "NotFoundError", "input.runId" },
        { "logEpochs", """{"runId": "$deletedRun", "epochs": [{"index": 1}]}""", "NotActiveError", "input.runId" },
        { "logEpochs", """{"runId": "$run", "epochs": [{"index": 1}], "clientToken": "$usedBySeries"}""", "ClientTokenConflictError", "input.clientToken" },
        { "logBatches", """{"runId": "$run", "batches": [{"epochIndex": 0, "index": 1, "metrics": [{"key": "m"}]}]}""", "InvalidInputError", "input.batches.0.metrics.0" },
        { "logBatches", """{"runId": "bm9uc2Vuc2U=", "batches": [{"epochIndex": 0, "index": 1}]}""", "NotFoundError", "input.runId" },
        { "logBatches", """{"runId": "$deletedRun", "batches": [{"epochIndex": 0, "index": 1}]}""", "NotActiveError", "input.runId" },
        { "logBatches", """{"runId": "$run", "batches": [{"epochIndex": 0, "index": 1}], "clientToken": "$usedBySeries"}""", "ClientTokenConflictError", "input.clientToken" },
        { "logResults", """{"runId": "$run", "metrics": [{"key": "m", "perLabel": [{"name": "", "value": 1}]}]}""", "InvalidInputError", "input.metrics.0.perLabel.0.name" },
        { "logResults", """{"runId": "bm9uc2Vuc2U=", "metrics": [{"key": "m", "total": 1}]}""", "NotFoundError", "input.runId" },
        { "logResults", """{"runId": "$deletedRun", "metrics": [{"key": "m", "total": 1}]}""", "NotActiveError", "input.runId" },
        { "logResults", """{"runId": "$run", "metrics": [{"key": "m", "total": 1}], "clientToken": "$usedBySeries"}""", "ClientTokenConflictError", "input.clientToken" },
        { "logJobRuntime", """{"jobId": "$job", "records": [{"time": "2026-01-01T00:00:00Z", "globalStep": 1, "other": [1]}]}""", "InvalidInputError", "input.records.0.other" },
        { "logJobRuntime", """{"jobId": "bm9uc2Vuc2U=", "records": [{"time": "2026-01-01T00:00:00Z", "globalStep": 1}]}""", "NotFoundError", "input.jobId" },
        { "logJobRuntime", """{"jobId": "$deletedJob", "records": [{"time": "2026-01-01T00:00:00Z", "globalStep": 1}]}""", "NotActiveError", "input.jobId" },
        { "logJobRuntime", """{"jobId": "$job", "records": [{"time": "2026-01-01T00:00:00Z", "globalStep": 1}], "clientToken": "$usedBySeries"}""", "ClientTokenConflictError", "input.clientToken" },
        { "addSamples", """{"datasetId": "$dataset", "samples": [{"index": 0, "features": [{"name": "none", "value": 1}]}]}""", "InvalidInputError", "input.samples.0.features.0.name" },
        { "addSamples", """{"datasetId": "$dataset", "columns": [{"name": "c"}, {"name": "line\nbreak"}]}""", "InvalidInputError", "input.columns.1.name" },
        { "addSamples", """{"datasetId": "$dataset", "columns": [{"name": "Sample_ID"}]}""", "InvalidInputError", "input.columns.0.name" },
        { "addSamples", """{"datasetId": "$dataset", "columns": [{"name": "c"}, {"name": "C"}]}""", "InvalidInputError", "input.columns.1.name" },
        { "addSamples", """{"datasetId": "bm9uc2Vuc2U=", "columns": [{"name": "c"}]}""", "NotFoundError", "input.datasetId" },
        { "addSamples", """{"datasetId": "$deletedDataset", "columns": [{"name": "c"}]}""", "NotActiveError", "input.datasetId" },
        { "addSamples", """{"datasetId": "$dataset", "columns": [{"name": "c"}], "clientToken": "$usedBySeries"}""", "ClientTokenConflictError", "input.clientToken" },
        { "addTargets", """{"datasetId": "$dataset", "targets": [{"index": 0, "sampleIndex": 0}]}""", "InvalidInputError", "input.targets.0" },
        { "addTargets", """{"datasetId": "bm9uc2Vuc2U=", "targets": [{"index": 0, "sampleIndex": 0, "class": "c"}]}""", "NotFoundError", "input.datasetId" },
        { "addTargets", """{"datasetId": "$deletedDataset", "targets": [{"index": 0, "sampleIndex": 0, "class": "c"}]}""", "NotActiveError", "input.datasetId" },
        { "addTargets", """{"datasetId": "$dataset", "targets": [{"index": 0, "sampleIndex": 0, "class": "c"}], "clientToken": "$usedBySeries"}""", "ClientTokenConflictError", "input.clientToken" },
        { "addPredictions", """{"predictionSetId": "$predictionSet", "predictions": [{"index": 0, "sampleIndex": 0, "class": "c", "probabilities": [{"name": "c", "value": 2}]}]}""", "InvalidInputError", "input.predictions.0.probabilities.0.value" },
        { "addPredictions", """{"predictionSetId": "bm9uc2Vuc2U=", "predictions": [{"index": 0, "sampleIndex": 0, "value": 1}]}""", "NotFoundError", "input.predictionSetId" },
        { "addPredictions", """{"predictionSetId": "$deletedPredictionSet", "predictions": [{"index": 0, "sampleIndex": 0, "value": 1}]}""", "NotActiveError", "input.predictionSetId" },
        { "addPredictions", """{"predictionSetId": "$predictionSet", "predictions": [{"index": 0, "sampleIndex": 0, "value": 1}], "clientToken": "$usedBySeries"}""", "ClientTokenConflictError", "input.clientToken" },
    };

    [Theory]
    [MemberData(nameof(Mendable))]
    public async Task Mutation_Should_SayWhatToMendAndChangeNothing_When_ItsInputIsWrong(string mutation, string input, string error, string path)
    {
        foreach (var (name, value) in await (shared.Made ??= Scene()))
        {
            input = input.Replace($"\"${name}\"", $"\"{value}\"", StringComparison.Ordinal);
        }

        Assert.DoesNotContain("\"$", input, StringComparison.Ordinal);
        var before = await RowCounts.ReadAsync(empty.Postgres, empty.ClickHouse);

        var payload = (await CallAsync(mutation, JsonSerializer.Deserialize<JsonElement>(input))).GetProperty(mutation);

        var told = payload.GetProperty("errors").EnumerateArray().Select(e => (e.GetProperty("__typename").GetString()!, string.Join('.', e.GetProperty("path").EnumerateArray().Select(part => part.GetString())))).ToList();
        Assert.Equal([(error, path)], told);
        Assert.All(payload.GetProperty("errors").EnumerateArray(), e => Assert.NotEmpty(e.GetProperty("message").GetString()!));
        Assert.Empty(RowCounts.Differences(before, await RowCounts.ReadAsync(empty.Postgres, empty.ClickHouse)));
    }

    [Fact]
    public async Task EveryMendableError_Should_BeProvoked_When_TheUnionsHaveIt()
    {
        var types = (await empty.Server.RunAsync("{ __schema { types { name kind possibleTypes { name } } } }")).At("__schema.types").EnumerateArray()
            .Where(type => type.GetProperty("kind").GetString() == "UNION")
            .SelectMany(union => union.GetProperty("possibleTypes").EnumerateArray().Select(member => $"{union.GetProperty("name").GetString()}: {member.GetProperty("name").GetString()}"));

        // Those of generated mutations are provoked by EntityTests.
        var generated = empty.Server.Graph.Model.Mutations.Select(mutation => $"{char.ToUpperInvariant(mutation.Name[0])}{mutation.Name[1..]}Error: ").ToList();
        types = types.Where(type => !generated.Exists(prefix => type.StartsWith(prefix, StringComparison.Ordinal)));
        Assert.Equal(types.Order(), Mendable.Select(row => $"{char.ToUpperInvariant(((string)row[0])[0])}{((string)row[0])[1..]}Error: {row[2]}").Distinct().Order());
    }

    [Theory]
    [InlineData("createExperiment", """{"name": "$fresh"}""", "experiment { id }")]
    [InlineData("createRun", """{"experimentId": "$experiment", "params": [{"key": "p", "value": "1"}]}""", "run { id }")]
    [InlineData("updateRun", """{"id": "$run", "name": "again"}""", "run { id name }")]
    [InlineData("logBatch", """{"runId": "$run", "metrics": [{"key": "m", "value": 1}], "tags": [{"key": "t", "value": "1"}]}""", "run { id } newPoints")]
    [InlineData("logMetrics", """{"runs": [{"runId": "$run", "metrics": [{"key": "m", "value": 1}]}]}""", "newPoints")]
    [InlineData("logEpochs", """{"runId": "$run", "epochs": [{"index": 1, "metrics": [{"key": "m", "total": 1}]}]}""", "run { id } newPoints")]
    [InlineData("logBatches", """{"runId": "$run", "batches": [{"epochIndex": 0, "index": 1, "metrics": [{"key": "m", "total": 1}]}]}""", "run { id } newPoints")]
    [InlineData("logResults", """{"runId": "$run", "metrics": [{"key": "m", "total": 1}]}""", "run { id results { time } } newPoints")]
    [InlineData("logJobRuntime", """{"jobId": "$job", "records": [{"time": "2026-01-01T00:00:00Z", "globalStep": 1}]}""", "job { id } count")]
    [InlineData("addSamples", """{"datasetId": "$dataset", "columns": [{"name": "c"}], "samples": [{"index": 0, "features": [{"name": "c", "value": 1}]}]}""", "dataset { id } count")]
    [InlineData("addTargets", """{"datasetId": "$dataset", "targets": [{"index": 0, "sampleIndex": 0, "class": "c"}]}""", "dataset { id } count")]
    [InlineData("addPredictions", """{"predictionSetId": "$predictionSet", "predictions": [{"index": 0, "sampleIndex": 0, "value": 1}]}""", "predictionSet { id } count")]
    public async Task Mutation_Should_AnswerTheSameAndChangeNothingMore_When_ItsTokenComesAgain(string mutation, string input, string selection)
    {
        foreach (var (name, value) in await Scene())
        {
            input = input.Replace($"\"${name}\"", $"\"{value}\"", StringComparison.Ordinal);
        }

        input = input.Replace("$fresh", $"{Guid.NewGuid():n}", StringComparison.Ordinal)[..^1] + $", \"clientToken\": \"{Guid.NewGuid():n}\"}}";
        var first = await CallAsync(mutation, JsonSerializer.Deserialize<JsonElement>(input), selection);
        Assert.Empty(first.GetProperty(mutation).GetProperty("errors").EnumerateArray());
        var between = await RowCounts.ReadAsync(empty.Postgres, empty.ClickHouse);

        var second = await CallAsync(mutation, JsonSerializer.Deserialize<JsonElement>(input), selection);

        Assert.Equal(first.GetRawText(), second.GetRawText());
        Assert.Empty(RowCounts.Differences(between, await RowCounts.ReadAsync(empty.Postgres, empty.ClickHouse)));
    }

    [Fact]
    public async Task Mutations_Should_StoreTextAsText_When_ItIsSql()
    {
        const string Sql = "'; DROP TABLE run; -- \" ` \\ $1 {p:String} %s";
        var name = $"{Sql} {Guid.NewGuid():n}";
        var experiment = (await CallAsync("createExperiment", new { name, artifactLocation = Sql, tags = new[] { new { key = "k", value = Sql } }, clientToken = name }, "experiment { id name artifactLocation tags { value } }")).At("createExperiment.experiment");
        var run = (await CallAsync("createRun", new { experimentId = experiment.GetProperty("id").GetString(), name = Sql, user = Sql, @params = new[] { new { key = "k", value = Sql } } }, "run { id name user params { value } }")).At("createRun.run");
        var logged = await CallAsync("logBatch", new { runId = run.GetProperty("id").GetString(), metrics = new[] { new { key = "DROP TABLE run", label = Sql, value = 1 } } });
        Assert.Equal("[]", logged.At("logBatch.errors").GetRawText());

        Assert.Equal((name, Sql, Sql), (experiment.GetProperty("name").GetString(), experiment.GetProperty("artifactLocation").GetString(), experiment.At("tags.0.value").GetString()));
        Assert.Equal((Sql, Sql, Sql), (run.GetProperty("name").GetString(), run.GetProperty("user").GetString(), run.At("params.0.value").GetString()));
        var found = await empty.Server.RunAsync(
            "query ($name: String!, $sql: String!) { experiment(name: $name) { runs { nodes { series(key: \"DROP TABLE run\", label: $sql) { values } } } } }",
            new { name, sql = Sql });
        Assert.Equal("[1]", found.At("experiment.runs.nodes.0.series.values").GetRawText());
    }

    /// <summary>What the inputs above refer to by <c>$name</c>.</summary>
    private async Task<Dictionary<string, string>> Scene()
    {
        var token = Guid.NewGuid().ToString("n");
        var taken = $"taken {token}";
        await CallAsync("createExperiment", new { name = taken, clientToken = $"e{token}" });
        var experiment = await empty.CreateExperimentAsync();
        var run = await empty.CreateRunAsync(experiment);
        await CallAsync("createRun", new { experimentId = experiment, clientToken = $"r{token}" });
        await CallAsync("updateRun", new { id = run, name = "named", clientToken = $"u{token}" });
        await CallAsync("logBatch", new { runId = run, @params = new[] { new { key = "lr", value = "1" } }, clientToken = $"b{token}" });
        var deletedExperiment = await empty.CreateExperimentAsync();
        var deletedRun = await empty.CreateRunAsync(experiment);
        await empty.ExecuteAsync($"UPDATE experiment SET lifecycle_stage = 'DELETED' WHERE id = {EmptyServer.KeyOf(deletedExperiment)}; UPDATE run SET lifecycle_stage = 'DELETED' WHERE id = {EmptyServer.KeyOf(deletedRun)}");
        var model = (await CallAsync("createRegisteredModel", new { name = $"m{token}" }, "registeredModel { id }")).At("createRegisteredModel.registeredModel.id").GetString()!;
        var version = (await CallAsync("registerModel", new { name = $"m{token}", clientToken = $"m{token}" }, "modelVersion { id }")).At("registerModel.modelVersion.id").GetString()!;
        var job = (await CallAsync("createJob", new { uid = $"j{token}" }, "job { id }")).At("createJob.job.id").GetString()!;
        var artifacts = new[] { new { location = "s3://a", owners = new[] { new { runId = run } } } };
        var artifact = (await CallAsync("logArtifacts", new { artifacts, clientToken = $"m{token}" }, "artifacts { artifact { id } }")).At("logArtifacts.artifacts.0.artifact.id").GetString()!;
        await CallAsync("setModelAlias", new { registeredModelId = model, alias = "a", version = 1, clientToken = $"m{token}" });
        await CallAsync("transitionModelVersion", new { id = version, stage = "NONE", clientToken = $"m{token}" });
        await CallAsync("setModelAlias", new { registeredModelId = model, alias = "gone", version = 1 });
        await CallAsync("deleteModelAlias", new { registeredModelId = model, alias = "gone", clientToken = $"m{token}" });
        foreach (var kind in (string[])["linkRunToJob", "unlinkRunFromJob"])
        {
            await CallAsync(kind, new { jobId = job, runId = await empty.CreateRunAsync(experiment), clientToken = $"m{token}" });
        }

        await CallAsync("logArtifacts", new { artifacts = new[] { new { id = artifact, owners = new[] { new { experimentId = experiment } } } } });
        await CallAsync("unlinkArtifact", new { artifactId = artifact, owner = new { experimentId = experiment }, clientToken = $"m{token}" });
        var deletedVersion = (await CallAsync("createModelVersion", new { registeredModelId = model }, "modelVersion { id }")).At("createModelVersion.modelVersion.id").GetString()!;
        await CallAsync("deleteModelVersion", new { id = deletedVersion });
        var deletedModel = (await CallAsync("createRegisteredModel", new { name = $"d{token}" }, "registeredModel { id }")).At("createRegisteredModel.registeredModel.id").GetString()!;
        await CallAsync("deleteRegisteredModel", new { id = deletedModel });
        var deletedLogged = (await CallAsync("createLoggedModel", new { experimentId = experiment, name = "l" }, "loggedModel { id }")).At("createLoggedModel.loggedModel.id").GetString()!;
        await CallAsync("deleteLoggedModel", new { id = deletedLogged });
        var owners = new Dictionary<string, string>();
        foreach (var (name, stage) in new[] { ("", "ACTIVE"), ("deleted", "DELETED") })
        {
            var (jobOf, dataset, set) = await empty.CreateOwnersAsync(stage);
            foreach (var (owner, id) in new[] { ("job", jobOf), ("dataset", dataset), ("predictionSet", set) })
            {
                owners.Add(name.Length == 0 ? owner : $"{name}{char.ToUpperInvariant(owner[0])}{owner[1..]}", id);
            }
        }

        var series = $"s{token}";
        await CallAsync("logMetrics", new { runs = new[] { new { runId = run, metrics = new[] { new { key = "other", value = 1 } } } }, clientToken = series });
        await CallAsync("logEpochs", new { runId = run, epochs = new[] { new { index = 99 } }, clientToken = series });
        await CallAsync("logBatches", new { runId = run, batches = new[] { new { epochIndex = 99, index = 99 } }, clientToken = series });
        await CallAsync("logResults", new { runId = run, clientToken = series });
        await CallAsync("logJobRuntime", new { jobId = owners["job"], records = new[] { new { time = "2026-01-02T00:00:00Z", globalStep = 99 } }, clientToken = series });
        await CallAsync("addSamples", new { datasetId = owners["dataset"], columns = new[] { new { name = "first" } }, clientToken = series });
        await CallAsync("addTargets", new { datasetId = owners["dataset"], targets = new[] { new { index = 99, sampleIndex = 99, @class = "x" } }, clientToken = series });
        await CallAsync("addPredictions", new { predictionSetId = owners["predictionSet"], predictions = new[] { new { index = 99, sampleIndex = 99, @class = "x" } }, clientToken = series });
        return new(owners)
        {
            ["model"] = model,
            ["version"] = version,
            ["job"] = job,
            ["artifact"] = artifact,
            ["deletedVersion"] = deletedVersion,
            ["deletedModel"] = deletedModel,
            ["deletedModelName"] = $"d{token}",
            ["deletedLoggedModel"] = deletedLogged,
            ["usedByModel"] = $"m{token}",
            ["usedBySeries"] = series,
            ["taken"] = taken,
            ["experiment"] = experiment,
            ["run"] = run,
            ["deletedExperiment"] = deletedExperiment,
            ["deletedRun"] = deletedRun,
            ["usedByExperiment"] = $"e{token}",
            ["usedByRun"] = $"r{token}",
            ["usedByUpdate"] = $"u{token}",
            ["usedByBatch"] = $"b{token}",
        };
    }

    private Task<JsonElement> CallAsync(string mutation, object input, string selection = "") => empty.Server.RunAsync(
        $"mutation ($input: {char.ToUpperInvariant(mutation[0])}{mutation[1..]}Input!) {{ {mutation}(input: $input) {{ {selection} {Errors} }} }}", new { input });

    /// <summary>One scene for all inputs that change nothing.</summary>
    public sealed class SharedScene
    {
        internal Task<Dictionary<string, string>>? Made { get; set; }
    }
}
