using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Entities;

/// <summary>What the domain says of single types, beyond what every type does.</summary>
[Collection("empty")]
public sealed class SpecialRuleTests(EmptyServer empty)
{
    private const string Errors = "errors { __typename ... on UserError { path } }";

    private readonly EntityScene _scene = new(empty.Server);

    [Fact]
    public async Task Runs_Should_BeToldAndStamped_When_TheirExperimentIsDeletedAndRestored()
    {
        var experiment = await empty.CreateExperimentAsync();
        var run = await empty.CreateRunAsync(experiment);
        await _scene.DoAsync("delete", "Experiment", new { id = experiment });
        var deleted = (await RunAsync(run)).GetProperty("deletedTime");
        Assert.NotEqual(JsonValueKind.Null, deleted.ValueKind);
        Assert.Equal("NotActiveError", (await CallAsync("logBatch", new { runId = run, metrics = new[] { new { key = "m", value = 1 } } }, "run { id }")).At("errors.0.__typename").GetString());
        Assert.Equal("NotActiveError", (await _scene.CallAsync("restore", "Run", new { id = run })).At("errors.0.__typename").GetString());

        await _scene.DoAsync("restore", "Experiment", new { id = experiment });

        Assert.Equal(JsonValueKind.Null, (await RunAsync(run)).GetProperty("deletedTime").ValueKind);
        await empty.LogAsync(run, "m", 1);
    }

    [Fact]
    public async Task Results_Should_BeInUse_When_TheyAreLoggedAgainAfterTheyWereDeleted()
    {
        var run = await _scene.CreateAsync("Results");
        await _scene.DoAsync("delete", "Results", new { runId = run });
        var logged = await CallAsync("logResults", new { runId = run, metrics = new[] { new { key = "m", total = 1 } } }, "run { results { lifecycleStage } }");
        Assert.Equal("ACTIVE", logged.At("run.results.lifecycleStage").GetString());
    }

    [Fact]
    public async Task RunName_Should_BeItsTag_When_EitherIsChanged()
    {
        var run = await empty.CreateRunAsync();
        await CallAsync("setRunTags", new { id = run, tags = new[] { new { key = "mlflow.runName", value = "by tag" } } }, "run { id }");
        Assert.Equal("by tag", (await RunAsync(run)).GetProperty("name").GetString());
        await CallAsync("updateRun", new { id = run, name = "by update" }, "run { id }");
        Assert.Equal("by update", (await RunAsync(run)).At("tags.0.value").GetString());
        Assert.Equal("""[{"__typename":"InvalidInputError","path":["input","keys"]}]""", (await CallAsync("deleteRunTags", new { id = run, keys = new[] { "mlflow.runName" } }, "run { id }")).GetProperty("errors").GetRawText());
    }

    [Fact]
    public async Task Run_Should_BeInItsExperimentsTrial_When_OneIsGiven()
    {
        var trial = await _scene.CreateAsync("Trial");
        var elsewhere = await empty.CreateExperimentAsync();
        var payload = await CallAsync("createRun", new { experimentId = elsewhere, trialId = trial }, "run { id }");
        Assert.Equal("""[{"__typename":"NotFoundError","path":["input","trialId"]}]""", payload.GetProperty("errors").GetRawText());
    }

    /// <summary>Nothing that was left out or is there already is a change; null takes away what may be away.</summary>
    [Fact]
    public async Task Run_Should_HaveNoNewVersion_When_AnUpdateGivesWhatItHas()
    {
        var run = await empty.CreateRunAsync();
        foreach (var (input, version) in new (object, long)[]
        {
            (new { id = run }, 1), (new { id = run, status = "RUNNING" }, 1), (new { id = run, status = "FINISHED" }, 2), (new { id = run, status = "FINISHED" }, 2),
            (new { id = run, name = "n", endTime = "2299-12-31T23:59:59.999Z" }, 3), (new { id = run, name = "n", endTime = "2299-12-31T23:59:59.999Z" }, 3), (new { id = run, endTime = (string?)null }, 4),
        })
        {
            var read = (await CallAsync("updateRun", input, "run { rowVersion }")).GetProperty("run");
            Assert.Equal((input, version), (input, read.GetProperty("rowVersion").GetInt64()));
        }

        var refused = await CallAsync("updateRun", new { id = run, name = (string?)null, status = (string?)null, endTime = (string?)null }, "run { id }");
        Assert.Equal("""[{"__typename":"InvalidInputError","path":["input","name"]},{"__typename":"InvalidInputError","path":["input","status"]}]""", refused.GetProperty("errors").GetRawText());
        var left = (await empty.Server.RunAsync("query ($id: ID!) { run(id: $id) { endTime status } }", new { id = run })).GetProperty("run");
        Assert.Equal((JsonValueKind.Null, "FINISHED"), (left.GetProperty("endTime").ValueKind, left.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Run_Should_BePartOfARunInUseOfItsExperiment_When_ItIsCreated()
    {
        var experiment = await empty.CreateExperimentAsync();
        var parent = await empty.CreateRunAsync(experiment);
        var created = (await CallAsync("createRun", new { experimentId = experiment, parentId = parent }, "run { parent { uuid } tags(where: {key: {eq: \"mlflow.parentRunId\"}}) { value } }")).GetProperty("run");
        Assert.Equal(created.At("parent.uuid").GetString(), created.At("tags.0.value").GetString());
        foreach (var (input, error) in new (object, string)[]
        {
            (new { experimentId = await empty.CreateExperimentAsync(), parentId = parent }, "NotFoundError"),
            (new { experimentId = experiment, parentId = parent, tags = new[] { new { key = "mlflow.parentRunId", value = "another" } } }, "InvalidInputError"),
        })
        {
            Assert.Equal($$"""[{"__typename":"{{error}}","path":["input","parentId"]}]""", (await CallAsync("createRun", input, "run { id }")).GetProperty("errors").GetRawText());
        }

        await _scene.DoAsync("delete", "Run", new { id = parent });
        Assert.Equal("""[{"__typename":"NotActiveError","path":["input","parentId"]}]""", (await CallAsync("createRun", new { experimentId = experiment, parentId = parent }, "run { id }")).GetProperty("errors").GetRawText());
    }

    /// <summary>The parent is what the tag says, however it is set; a tag that names no run, or one that is part of this run, names none. It is never refused: MLflow's clients set what they like.</summary>
    [Theory]
    [InlineData("setRunTags", "id")]
    [InlineData("logBatch", "runId")]
    public async Task Parent_Should_FollowItsTag_When_ThatIsChanged(string mutation, string idInput)
    {
        var experiment = await empty.CreateExperimentAsync();
        var runs = new List<(string Id, string Uuid)>();
        for (var i = 0; i < 3; i++)
        {
            var run = (await CallAsync("createRun", new { experimentId = experiment }, "run { id uuid }")).GetProperty("run");
            runs.Add((run.GetProperty("id").GetString()!, run.GetProperty("uuid").GetString()!));
        }

        Assert.Equal(runs[1].Uuid, await ParentAsync(0, runs[1].Uuid));
        Assert.Equal(runs[2].Uuid, await ParentAsync(1, runs[2].Uuid));
        Assert.Null(await ParentAsync(2, runs[0].Uuid));
        Assert.Null(await ParentAsync(2, runs[2].Uuid));
        Assert.Null(await ParentAsync(0, "unknown"));
        Assert.Equal(runs[0].Uuid, await ParentAsync(2, runs[0].Uuid));

        async Task<string?> ParentAsync(int child, string uuid)
        {
            var input = new Dictionary<string, object> { [idInput] = runs[child].Id, ["tags"] = new[] { new { key = "mlflow.parentRunId", value = uuid } } };
            var run = (await CallAsync(mutation, input, "run { parent { uuid } tags(where: {key: {eq: \"mlflow.parentRunId\"}}) { value } }")).GetProperty("run");
            Assert.Equal(uuid, run.At("tags.0.value").GetString());
            return run.GetProperty("parent") is { ValueKind: JsonValueKind.Object } parent ? parent.GetProperty("uuid").GetString() : null;
        }
    }

    /// <summary>What fields read of a document has the type that they read; what they do not know is kept, and so is null.</summary>
    [Fact]
    public async Task Document_Should_BeRefused_When_AKnownPartIsOfAnotherType()
    {
        var job = await _scene.CreateAsync("Job");
        foreach (var (type, document, paths) in new[]
        {
            ("Job", """{"uid":"u","status":{"IsOOM":"maybe"}}""", "status.IsOOM"),
            ("JobNode", """{"uid":"u","resource":{"CPUCore":"ten","Memory":-5,"GPUCore":null,"Disk":"big"},"status":{"IsOOM":1,"Status":2}}""", "resource.CPUCore resource.Memory status.IsOOM status.Status"),
            (
                "JobProfile",
                """
                {"hyperParams":{"batch_size":"64","epoch":[1],"max_steps":1e4,"lr":"x"},"jobFeature":{"user_id":7,"is_prod":"yes"},"datasetFeature":{"dataset_size":1.5},
                 "modelFeature":{"flops":"many","kv_embedding_dims":[8,"x"],"tensor_alloc_bytes":[1]},"resource":{"node_group_resources":{"ps":{"count":"2","node_resource":{"cpu":"8","gpu_stats":[]}},"worker":1}},
                 "optimization":[[[]],1,null,{"timestamp":"x","plan":5},{"timestamp":"1690000000","plan":{"resource":{"task_group_resources":{"w":{"resource":{"cpu":true}}},"pod_resources":[]},"job":{"uid":1}},
                    "job_states":[{"speed":"fast","pods":{"p":{"is_oom":"no"}}}]}]}
                """,
                """
                hyperParams.batch_size hyperParams.epoch jobFeature.user_id jobFeature.is_prod datasetFeature.dataset_size modelFeature.flops modelFeature.kv_embedding_dims.1 modelFeature.tensor_alloc_bytes
                optimization.0 optimization.1 optimization.3.timestamp optimization.3.plan optimization.4.plan.resource.task_group_resources.w.resource.cpu optimization.4.plan.resource.pod_resources
                optimization.4.plan.job.uid optimization.4.job_states.0.speed optimization.4.job_states.0.pods.p.is_oom
                resource.node_group_resources.ps.count resource.node_group_resources.ps.node_resource.cpu resource.node_group_resources.worker
                """),
            ("JobProfile", """{"resource":{"node_group_resources":[1]}}""", "resource.node_group_resources"),
            ("JobNode", """{"uid":"u","startTime":"2026-01-02T00:00:00Z","endTime":"2026-01-01T00:00:00Z"}""", "endTime"),
        })
        {
            var input = JsonSerializer.Deserialize<Dictionary<string, object?>>(document)!;
            if (type != "Job")
                input["jobId"] = job;
            var errors = (await _scene.CallAsync("create", type, input)).GetProperty("errors").EnumerateArray().ToArray();
            Assert.All(errors, error => Assert.Equal("InvalidInputError", error.GetProperty("__typename").GetString()));
            Assert.Equal(
                paths.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal),
                errors.Select(error => string.Join('.', error.GetProperty("path").EnumerateArray().Skip(1).Select(part => part.GetString()))).Order(StringComparer.Ordinal));
        }

        await _scene.DoAsync("update", "Job", new { id = job, startTime = "2026-01-02T00:00:00Z" });
        Assert.Equal("InvalidInputError", (await _scene.CallAsync("update", "Job", new { id = job, endTime = "2026-01-01T00:00:00Z" })).At("errors.0.__typename").GetString());
    }

    /// <summary>Two datasets are not told apart by what both of them do not have.</summary>
    [Fact]
    public async Task Dataset_Should_BeRefused_When_NothingTellsItFromAnother()
    {
        var name = $"d {Guid.NewGuid():n}";
        var experiment = await empty.CreateExperimentAsync();
        var made = (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _scene.CallAsync("create", "Dataset", new { name }, "id")))).ToLookup(payload => payload.GetProperty("errors").GetArrayLength());
        var id = Assert.Single(made[0]).At("dataset.id").GetString();
        Assert.All(made[1], payload => Assert.Equal(("NameTakenError", id), (payload.At("errors.0.__typename").GetString(), payload.At("errors.0.existingId").GetString())));
        Assert.Equal(3, made[1].Count());

        await _scene.DoAsync("create", "Dataset", new { name, digest = "x" });
        await _scene.DoAsync("create", "Dataset", new { name, experimentId = experiment });
        var other = await _scene.DoAsync("create", "Dataset", new { name = name + " 2" }, "id");
        Assert.Equal("NameTakenError", (await _scene.CallAsync("update", "Dataset", new { id = other.GetProperty("id").GetString(), name })).At("errors.0.__typename").GetString());
        await _scene.DoAsync("update", "Dataset", new { id, name, originType = "local" });
    }

    [Fact]
    public async Task Messages_Should_BeWordedForOneAndForSeveral()
    {
        var run = await _scene.CreateAsync("Results");
        var job = await _scene.CreateAsync("JobProfile");
        var artifact = await _scene.CreateAsync("Artifact");
        foreach (var (kind, type, input, message) in new (string, string, object, string)[]
        {
            ("restore", "Results", new { runId = run }, "The results are not deleted, so there is nothing to restore."),
            ("create", "Results", new { runId = run }, "The run has results already, in use or deleted. Change them, or restore them."),
            ("delete", "Results", new { runId = await empty.CreateRunAsync() }, "The run has no results, or does not exist."),
            ("create", "JobProfile", new { jobId = job }, "The job has a job profile already, in use or deleted. Change it, or restore it."),
            ("restore", "Artifact", new { id = artifact }, "The artifact is not deleted, so there is nothing to restore."),
            ("update", "Results", new { runId = run, version = 7 }, "The results were changed meanwhile: their version is 1, not 7. Read them again and decide anew."),
        })
        {
            Assert.Equal(message, (await _scene.CallAsync(kind, type, input)).At("errors.0.message").GetString());
        }

        var first = await _scene.CreateAsync("Experiment", new() { ["name"] = $"first {run}" });
        await _scene.CreateAsync("Experiment", new() { ["name"] = $"second {run}" });
        Assert.StartsWith("There is an experiment with this `name`", (await _scene.CallAsync("update", "Experiment", new { id = first, name = $"second {run}" })).At("errors.0.message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_Should_BeCountedUp_When_AModelIsRegisteredAgain()
    {
        var name = $"m {Guid.NewGuid():n}";
        var run = await empty.CreateRunAsync();
        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CallAsync(
            "registerModel", new { name, sourceUri = "s3://m", runId = run, tags = new[] { new { key = "k", value = "v" } } }, "modelVersion { version currentStage status originalRunId run { id uuid } tags { key } registeredModel { id } }")));
        Assert.All(versions, version => Assert.Equal("[]", version.GetProperty("errors").GetRawText()));
        Assert.Equal(Enumerable.Range(1, 8), versions.Select(version => version.At("modelVersion.version").GetInt32()).Order());
        Assert.Single(versions.Select(version => version.At("modelVersion.registeredModel.id").GetString()).Distinct());
        var first = versions[0].GetProperty("modelVersion");
        Assert.Equal(("None", "READY", run), (first.GetProperty("currentStage").GetString(), first.GetProperty("status").GetString(), first.At("run.id").GetString()));
        Assert.Equal(first.At("run.uuid").GetString(), first.GetProperty("originalRunId").GetString());

        var created = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _scene.DoAsync("create", "ModelVersion", new { registeredModelId = first.At("registeredModel.id").GetString() }, "version name")));
        Assert.Equal([9, 10, 11, 12], created.Select(version => version.GetProperty("version").GetInt32()).Order());
        Assert.All(created, version => Assert.Equal(name, version.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Model_Should_TakeItsVersionsAlong_When_ItIsRenamed()
    {
        var model = await _scene.CreateAsync("RegisteredModel");
        await _scene.DoAsync("create", "ModelVersion", new { registeredModelId = model });
        var name = $"renamed {Guid.NewGuid():n}";
        var renamed = await _scene.DoAsync("update", "RegisteredModel", new { id = model, name }, "versions { nodes { name } }");
        Assert.Equal(name, renamed.At("versions.nodes.0.name").GetString());
    }

    [Fact]
    public async Task Version_Should_LoseItsOrigin_When_ItIsDeleted_AndHaveItAgain_When_ItIsRestored()
    {
        var model = await _scene.CreateAsync("RegisteredModel");
        var run = await empty.CreateRunAsync();
        const string Selection = "id stage currentStage description sourceUri originalRunId run { id } aliases { alias }";
        var version = await _scene.DoAsync("create", "ModelVersion", new { registeredModelId = model, runId = run, sourceUri = "s3://x", description = "d" }, Selection);
        var id = version.GetProperty("id").GetString();
        await CallAsync("setModelAlias", new { registeredModelId = model, alias = "champion", version = 1 }, "registeredModel { id }");
        await CallAsync("transitionModelVersion", new { id, stage = "PRODUCTION" }, "modelVersion { id }");

        var deleted = await _scene.DoAsync("delete", "ModelVersion", new { id }, Selection);

        Assert.Equal(
            $$"""{"id":"{{id}}","stage":"DELETED","currentStage":"Deleted_Internal","description":null,"sourceUri":"REDACTED-SOURCE-PATH","originalRunId":"REDACTED-RUN-ID","run":null,"aliases":[]}""",
            deleted.GetRawText());
        var restored = await _scene.DoAsync("restore", "ModelVersion", new { id }, Selection);
        Assert.Equal(("PRODUCTION", "d", "s3://x", run), (
            restored.GetProperty("stage").GetString(), restored.GetProperty("description").GetString(), restored.GetProperty("sourceUri").GetString(), restored.At("run.id").GetString()));

        // Its number is not given again.
        Assert.Equal(2, (await _scene.DoAsync("create", "ModelVersion", new { registeredModelId = model }, "version")).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Versions_Should_GoAndComeBackAsTheyWere_When_TheirModelIsDeletedAndRestored()
    {
        var model = await _scene.CreateAsync("RegisteredModel");
        var run = await empty.CreateRunAsync();
        const string Selection = "id lifecycleStage stage sourceUri run { id } aliases { alias }";
        var id = (await _scene.DoAsync("create", "ModelVersion", new { registeredModelId = model, runId = run, sourceUri = "s3://x" }, "id")).GetProperty("id").GetString();
        var earlier = (await _scene.DoAsync("create", "ModelVersion", new { registeredModelId = model }, "id")).GetProperty("id").GetString();
        await CallAsync("setModelAlias", new { registeredModelId = model, alias = "champion", version = 1 }, "registeredModel { id }");
        await CallAsync("transitionModelVersion", new { id, stage = "PRODUCTION" }, "modelVersion { id }");
        await _scene.DoAsync("delete", "ModelVersion", new { id = earlier });

        var deleted = await _scene.DoAsync("delete", "RegisteredModel", new { id = model }, $"versions(order: [{{version: ASC}}], first: 1) {{ nodes {{ {Selection} }} }}");

        Assert.Equal(
            $$"""[{"id":"{{id}}","lifecycleStage":"DELETED","stage":"PRODUCTION","sourceUri":"s3://x","run":{"id":"{{run}}"},"aliases":[{"alias":"champion"}]}]""", deleted.At("versions.nodes").GetRawText());
        foreach (var (mutation, input) in new[]
        {
            ("updateModelVersion", (object)new { id, description = "d" }), ("transitionModelVersion", new { id, stage = "NONE" }), ("deleteModelVersion", new { id }), ("restoreModelVersion", new { id }),
            ("restoreModelVersion", new { id = earlier }),
        })
        {
            Assert.Equal("NotActiveError", (await CallAsync(mutation, input, "modelVersion { id }")).At("errors.0.__typename").GetString());
        }

        var restored = await _scene.DoAsync("restore", "RegisteredModel", new { id = model }, $"versions(order: [{{version: ASC}}]) {{ nodes {{ {Selection} }} }}");
        Assert.Equal(deleted.At("versions.nodes.0").GetRawText().Replace("DELETED", "ACTIVE", StringComparison.Ordinal), restored.At("versions.nodes.0").GetRawText());
        Assert.Equal("DELETED", restored.At("versions.nodes.1.lifecycleStage").GetString());
        Assert.Equal("2", (await _scene.DoAsync("restore", "ModelVersion", new { id = earlier }, "version")).GetProperty("version").GetRawText());
    }

    [Fact]
    public async Task Aliases_Should_PointToOneVersion_When_TheyAreSetAndMoved()
    {
        var model = await _scene.CreateAsync("RegisteredModel");
        await _scene.DoAsync("create", "ModelVersion", new { registeredModelId = model });
        await _scene.DoAsync("create", "ModelVersion", new { registeredModelId = model });
        foreach (var version in new[] { 1, 2 })
        {
            var set = await CallAsync("setModelAlias", new { registeredModelId = model, alias = "best_1-x", version }, "registeredModel { aliases { alias version modelVersion { version } } }");
            Assert.Equal($$$"""[{"alias":"best_1-x","version":{{{version}}},"modelVersion":{"version":{{{version}}}}}]""", set.At("registeredModel.aliases").GetRawText());
        }

        foreach (var (alias, version, error) in new[]
        {
            ("latest", 1, "InvalidInputError alias"), ("V12", 1, "InvalidInputError alias"), ("a b", 1, "InvalidInputError alias"), ("", 1, "InvalidInputError alias"), ("good", 3, "NotFoundError version"),
        })
        {
            var payload = await CallAsync("setModelAlias", new { registeredModelId = model, alias, version }, "registeredModel { id }");
            Assert.Equal(error, $"{payload.At("errors.0.__typename").GetString()} {payload.At("errors.0.path.1").GetString()}");
        }

        var gone = await CallAsync("deleteModelAlias", new { registeredModelId = model, alias = "best_1-x" }, "registeredModel { aliases { alias } }");
        Assert.Equal("[]", gone.At("registeredModel.aliases").GetRawText());
        Assert.Equal("NotFoundError", (await CallAsync("deleteModelAlias", new { registeredModelId = model, alias = "best_1-x" }, "registeredModel { id }")).At("errors.0.__typename").GetString());
    }

    [Fact]
    public async Task Transition_Should_ArchiveTheOthers_When_ItIsAskedTo()
    {
        var model = await _scene.CreateAsync("RegisteredModel");
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await _scene.DoAsync("create", "ModelVersion", new { registeredModelId = model }, "id")).GetProperty("id").GetString()!);
        }

        await CallAsync("transitionModelVersion", new { id = ids[0], stage = "PRODUCTION" }, "modelVersion { id }");
        await CallAsync("transitionModelVersion", new { id = ids[1], stage = "STAGING" }, "modelVersion { id }");
        var moved = await CallAsync("transitionModelVersion", new { id = ids[2], stage = "PRODUCTION", archiveExisting = true }, "modelVersion { currentStage registeredModel { versions(order: [{version: ASC}]) { nodes { stage } } } }");

        Assert.Equal("""[{"stage":"ARCHIVED"},{"stage":"STAGING"},{"stage":"PRODUCTION"}]""", moved.At("modelVersion.registeredModel.versions.nodes").GetRawText());
        Assert.Equal("Production", moved.At("modelVersion.currentStage").GetString());
        foreach (var (input, error) in new[]
        {
            ((object)new { id = ids[0], stage = "DELETED" }, "InvalidInputError"), (new { id = ids[0], stage = "NONE", archiveExisting = true }, "InvalidInputError"),
            (new { id = ids[0], stage = "NONE", version = 1 }, "VersionConflictError"), (new { id = "nonsense", stage = "NONE" }, "NotFoundError"),
        })
        {
            Assert.Equal(error, (await CallAsync("transitionModelVersion", input, "modelVersion { id }")).At("errors.0.__typename").GetString());
        }
    }

    [Fact]
    public async Task Jobs_Should_HaveTheRunsTheyExecuted_When_TheyAreLinked()
    {
        var job = await _scene.CreateAsync("Job");
        var run = await empty.CreateRunAsync();
        for (var i = 0; i < 2; i++)
        {
            var linked = await CallAsync("linkRunToJob", new { jobId = job, runId = run }, "job { runs { nodes { id } } } run { jobs { id } }");
            Assert.Equal((run, job), (linked.At("job.runs.nodes.0.id").GetString(), linked.At("run.jobs.0.id").GetString()));
        }

        Assert.Equal("[]", (await CallAsync("unlinkRunFromJob", new { jobId = job, runId = run }, "run { jobs { id } }")).At("run.jobs").GetRawText());
        Assert.Equal(
            """[{"__typename":"NotFoundError","path":["input","jobId"]},{"__typename":"NotFoundError","path":["input","runId"]}]""",
            (await CallAsync("linkRunToJob", new { jobId = run, runId = job }, "job { id }")).GetProperty("errors").GetRawText());
    }

    [Fact]
    public async Task Artifacts_Should_BeFoundAtEveryLevel_When_TheyAreLogged()
    {
        var trial = await _scene.CreateAsync("Trial");
        var experiment = await _scene.ShareAsync("Experiment");
        var run = await empty.CreateRunAsync(experiment);
        var token = Guid.NewGuid().ToString("n");
        object[] owners =
        [
            new { experimentId = experiment }, new { trialId = trial }, new { runId = run }, new { resultsOfRunId = run }, new { epoch = new { runId = run, epochIndex = 3 } },
            new { batch = new { runId = run, epochIndex = 3, batchIndex = 9 } },
        ];
        var input = new { artifacts = new[] { new { type = "plot", location = "s3://a", owners }, new { type = "model", location = "s3://b", owners = owners[..1] } }, clientToken = token };
        var logged = await CallAsync("logArtifacts", input, "artifacts { artifact { id type location links { level epochIndex batchIndex } } }");

        Assert.Equal("[]", logged.GetProperty("errors").GetRawText());
        Assert.Equal(["plot", "model"], logged.GetProperty("artifacts").Texts("artifact.type"));
        Assert.Equal(["EXPERIMENT", "TRIAL", "RUN", "RESULTS", "EPOCH", "BATCH"], logged.At("artifacts.0.artifact.links").Texts("level"));
        Assert.Equal(logged.GetRawText(), (await CallAsync("logArtifacts", input, "artifacts { artifact { id type location links { level epochIndex batchIndex } } }")).GetRawText());

        // Shared with one more owner, and taken away again.
        var plot = logged.At("artifacts.0.artifact.id").GetString();
        var other = await empty.CreateRunAsync();
        var shared = await CallAsync("logArtifacts", new { artifacts = new[] { new { id = plot, owners = new[] { new { runId = other } } } } }, "artifacts { artifact { id runs { nodes { id } } } }");
        Assert.Equal([run, other], shared.At("artifacts.0.artifact.runs.nodes").Texts("id"));
        var left = await CallAsync("unlinkArtifact", new { artifactId = plot, owner = new { runId = other } }, "artifact { runs { nodes { id } } }");
        Assert.Equal([run], left.At("artifact.runs.nodes").Texts("id"));
        Assert.Equal("NotFoundError", (await CallAsync("unlinkArtifact", new { artifactId = plot, owner = new { runId = other } }, "artifact { id }")).At("errors.0.__typename").GetString());
    }

    [Fact]
    public async Task LogArtifacts_Should_TellAllThatIsWrongAndKeepNothing_When_SomeAre()
    {
        var run = await empty.CreateRunAsync();
        var before = await RowCounts.ReadAsync(empty.Postgres, empty.ClickHouse);
        var artifacts = new object[]
        {
            new { location = "fine", owners = new[] { new { runId = run } } }, new { type = "no location" }, new { id = "nonsense" },
            new { location = "x", owners = new[] { new { epoch = new { runId = run, epochIndex = -1 } } } }, new { location = new string('x', 2001), owners = new[] { new { trialId = run } } },
        };
        var payload = await CallAsync("logArtifacts", new { artifacts }, "artifacts { artifact { id } }");
        Assert.Equal(
            ["artifacts.1.location", "artifacts.2.id", "artifacts.3.owners.0", "artifacts.4.location", "artifacts.4.owners.0"],
            payload.GetProperty("errors").EnumerateArray().Select(error => string.Join('.', error.GetProperty("path").EnumerateArray().Skip(1).Select(part => part.GetString()))).Order(StringComparer.Ordinal));
        Assert.Equal("[]", payload.GetProperty("artifacts").GetRawText());
        Assert.Empty(RowCounts.Differences(before, await RowCounts.ReadAsync(empty.Postgres, empty.ClickHouse)));
    }

    [Fact]
    public async Task Document_Should_KeepItsText_When_ItIsGivenAsJson()
    {
        var input = JsonSerializer.Deserialize<JsonElement>($$$"""{"uid":"u{{{Guid.NewGuid():n}}}","resources":{"b":1.10,"a":[1e2,"u"],"b2":null}}""");
        var created = await _scene.DoAsync("create", "Cluster", input, "resourcesText");
        Assert.Equal("""{"b":1.10,"a":[1e2,"u"],"b2":null}""", created.GetProperty("resourcesText").GetString());
    }

    [Fact]
    public async Task Record_Should_HaveNoNewVersion_When_AnUpdateGivesWhatItHas()
    {
        var model = await _scene.CreateAsync("RegisteredModel", new() { ["name"] = $"same {Guid.NewGuid():n}", ["description"] = "d" });
        var read = await _scene.DoAsync("update", "RegisteredModel", new { id = model, description = "d" }, "rowVersion lastUpdateTime");
        Assert.Equal(1, read.GetProperty("rowVersion").GetInt64());
        read = await _scene.DoAsync("update", "RegisteredModel", new { id = model, description = (string?)null }, "rowVersion description");
        Assert.Equal((2L, JsonValueKind.Null), (read.GetProperty("rowVersion").GetInt64(), read.GetProperty("description").ValueKind));
        Assert.Equal("InvalidInputError", (await _scene.CallAsync("update", "RegisteredModel", new { id = model, name = (string?)null })).At("errors.0.__typename").GetString());
    }

    /// <summary>Of callers who change the same version of a record at once, one wins and the others hear of it; a name goes to one of those who want it at once.</summary>
    [Fact]
    public async Task Changes_Should_BeDecidedOneByOne_When_TheyComeAtOnce()
    {
        var trial = await _scene.CreateAsync("Trial");
        var updates = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => _scene.CallAsync("update", "Trial", new { id = trial, name = $"name {i}", version = 1 })));
        Assert.Single(updates, payload => payload.GetProperty("errors").GetArrayLength() == 0);
        Assert.Equal(7, updates.Count(payload => payload.GetProperty("errors").GetArrayLength() == 1 && payload.At("errors.0.__typename").GetString() == "VersionConflictError"));

        var uid = $"wanted {Guid.NewGuid():n}";
        var creations = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _scene.CallAsync("create", "Cluster", new { uid })));
        Assert.Single(creations, payload => payload.GetProperty("errors").GetArrayLength() == 0);
        Assert.Equal(7, creations.Count(payload => payload.GetProperty("errors").GetArrayLength() == 1 && payload.At("errors.0.__typename").GetString() == "NameTakenError"));

        var token = Guid.NewGuid().ToString("n");
        var repeated = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _scene.DoAsync("create", "Artifact", new { location = "once", clientToken = token }, "id")));
        Assert.Single(repeated.Select(artifact => artifact.GetRawText()).Distinct());
    }

    /// <summary>No run stays in use within a deleted experiment, however creating and deleting meet.</summary>
    [Fact]
    public async Task Runs_Should_NotOutliveTheirExperiment_When_TheyAreCreatedWhileItIsDeleted()
    {
        for (var round = 0; round < 5; round++)
        {
            var experiment = await empty.CreateExperimentAsync();
            var creating = Enumerable.Range(0, 6).Select(_ => CallAsync("createRun", new { experimentId = experiment }, "run { id }")).ToList();
            await _scene.DoAsync("delete", "Experiment", new { id = experiment });
            await Task.WhenAll(creating);
            var runs = (await empty.Server.RunAsync("query ($id: ID!) { experiment(id: $id) { runs(where: {lifecycleStage: {eq: ACTIVE}}) { totalCount } } }", new { id = experiment })).At("experiment.runs.totalCount");
            Assert.Equal(0, runs.GetInt64());
        }
    }

    private async Task<JsonElement> CallAsync(string mutation, object input, string selection) => (await empty.Server.RunAsync(
        $"mutation ($input: {char.ToUpperInvariant(mutation[0])}{mutation[1..]}Input!) {{ {mutation}(input: $input) {{ {selection} {Errors} }} }}", new { input })).GetProperty(mutation);

    private async Task<JsonElement> RunAsync(string id) => (await empty.Server.RunAsync(
        "query ($id: ID!) { run(id: $id) { name deletedTime lifecycleStage tags(where: {key: {eq: \"mlflow.runName\"}}) { value } } }", new { id })).GetProperty("run");
}
