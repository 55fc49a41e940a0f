using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Tests;

[Collection("tracking")]
public sealed class TrackingStoreTests(TrackingEngines engines)
{
    [Fact]
    public async Task CreateExperiment_Should_LetOneWin_When_ManyTakeANameTogether()
    {
        var name = $"race-{Guid.NewGuid():n}";
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => engines.Store.CreateExperimentAsync(new CreateExperimentRequest { Name = name }, Caller.Anonymous)));
        var winner = Assert.Single(outcomes, outcome => outcome.Succeeded).Value;
        Assert.All(outcomes.Where(outcome => !outcome.Succeeded), outcome => Assert.Equal(winner, Assert.IsType<NameTakenError>(Assert.Single(outcome.Errors)).ExistingKey));
    }

    [Fact]
    public async Task CreateExperiment_Should_RefuseTheName_When_ADeletedOneHasIt()
    {
        var name = $"gone-{Guid.NewGuid():n}";
        var first = await engines.Store.CreateExperimentAsync(new CreateExperimentRequest { Name = name }, Caller.Anonymous);
        await engines.ScalarAsync<long>("UPDATE experiment SET lifecycle_stage = 'DELETED' WHERE id = $1 RETURNING id", first.Value);
        Assert.IsType<NameTakenError>(Assert.Single((await engines.Store.CreateExperimentAsync(new CreateExperimentRequest { Name = name }, Caller.Anonymous)).Errors));
    }

    [Fact]
    public async Task CreateExperiment_Should_AnswerTheSameOne_When_AClientTokenComesAgain()
    {
        var request = new CreateExperimentRequest { Name = $"once-{Guid.NewGuid():n}", ClientToken = Guid.NewGuid().ToString() };
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => engines.Store.CreateExperimentAsync(request, Caller.Anonymous)));
        Assert.Single(outcomes.Select(outcome => outcome.Value).Distinct());
        Assert.All(outcomes, outcome => Assert.True(outcome.Succeeded));
        Assert.IsType<ClientTokenConflictError>(Assert.Single((await engines.Store.CreateExperimentAsync(request with { Name = "other" }, Caller.Anonymous)).Errors));
    }

    [Fact]
    public async Task ClientTokens_Should_BeForgotten_When_ADayHasPassed()
    {
        var request = new CreateExperimentRequest { Name = $"day-{Guid.NewGuid():n}", ClientToken = Guid.NewGuid().ToString() };
        await engines.Store.CreateExperimentAsync(request, Caller.Anonymous);
        await engines.ScalarAsync<string>("UPDATE idempotency SET created_at = now() - interval '25 hours' WHERE token = $1 RETURNING token", request.ClientToken);
        Assert.IsType<NameTakenError>(Assert.Single((await engines.Store.CreateExperimentAsync(request, Caller.Anonymous)).Errors));
        Assert.True(await ClientTokens.ForgetOldAsync(engines.Postgres, default) >= 1);
    }

    [Fact]
    public async Task CreateRun_Should_UnderstandMlflowsTags_When_TheyAreGiven()
    {
        var experiment = await engines.CreateExperimentAsync();
        var parent = await engines.CreateRunAsync(experiment);
        var uuid = await engines.ScalarAsync<string>("SELECT uuid FROM run WHERE id = $1", parent);
        var created = await engines.Store.CreateRunAsync(
            new CreateRunRequest { ExperimentId = experiment, Tags = [new("mlflow.runName", "n"), new("mlflow.user", "u"), new("mlflow.parentRunId", uuid), new("mlflow.source.name", "train.py")] }, Caller.Anonymous);
        Assert.Equal($"n|u|{parent}|train.py|RUNNING", await engines.ScalarAsync<string>("SELECT concat_ws('|', name, user_name, parent_id, source_name, status) FROM run WHERE id = $1", created.Value));
    }

    [Fact]
    public async Task CreateRun_Should_TellAllThatIsWrong_When_SeveralThingsAre()
    {
        var experiment = await engines.CreateExperimentAsync();
        await engines.ScalarAsync<long>("UPDATE experiment SET lifecycle_stage = 'DELETED' WHERE id = $1 RETURNING id", experiment);
        var outcome = await engines.Store.CreateRunAsync(
            new CreateRunRequest { ExperimentId = experiment, ParentId = long.MaxValue, Name = "a", Tags = [new("mlflow.runName", "b"), new("x", "1"), new("x", "2")], ClientToken = "" }, Caller.Anonymous);
        Assert.Equal(
            ["input.clientToken", "input.experimentId", "input.name", "input.parentId", "input.tags.2.key"],
            outcome.Errors.Select(error => string.Join('.', error.Path)).Order());
    }

    [Fact]
    public async Task Tags_Should_KeepToTheLimitsOfTheColumns_When_TheyBecomeARunsNameAndUser()
    {
        KeyText[] longest = [new("mlflow.runName", new string('x', 250)), new("mlflow.user", new string('x', 256))];
        KeyText[] tooLong = [.. longest.Select(tag => new KeyText(tag.Key, tag.Value + "x"))];
        var experiment = await engines.CreateExperimentAsync();

        var run = await engines.Store.CreateRunAsync(new CreateRunRequest { ExperimentId = experiment, Tags = longest }, Caller.Anonymous);
        Assert.Empty(run.Errors);
        Assert.Empty((await engines.Log.LogBatchAsync(new LogBatchRequest { RunId = run.Value, Tags = longest }, Caller.Anonymous)).Errors);
        foreach (var errors in new[]
        {
            (await engines.Store.CreateRunAsync(new CreateRunRequest { ExperimentId = experiment, Tags = tooLong }, Caller.Anonymous)).Errors,
            (await engines.Log.LogBatchAsync(new LogBatchRequest { RunId = run.Value, Tags = tooLong }, Caller.Anonymous)).Errors,
        })
        {
            Assert.Equal(["input.tags.0.value", "input.tags.1.value"], errors.Select(error => string.Join('.', error.Path)));
        }
    }

    [Fact]
    public async Task UpdateRun_Should_EndTheRun_When_ItsStatusSaysSo()
    {
        var run = await engines.CreateRunAsync();
        await engines.Store.UpdateRunAsync(new UpdateRunRequest { RunId = run, Status = "KILLED" }, Caller.Anonymous);
        Assert.True(await engines.ScalarAsync<bool>("SELECT end_time IS NOT NULL AND status = 'KILLED' FROM run WHERE id = $1", run));
        await engines.Store.UpdateRunAsync(new UpdateRunRequest { RunId = run, Status = "RUNNING" }, Caller.Anonymous);
        Assert.True(await engines.ScalarAsync<bool>("SELECT end_time IS NULL FROM run WHERE id = $1", run));
    }

    [Fact]
    public async Task UpdateRun_Should_Refuse_When_TheRunIsDeletedOrMissing()
    {
        var run = await engines.CreateRunAsync();
        await engines.ScalarAsync<long>("UPDATE run SET lifecycle_stage = 'DELETED' WHERE id = $1 RETURNING id", run);
        Assert.IsType<NotActiveError>(Assert.Single((await engines.Store.UpdateRunAsync(new UpdateRunRequest { RunId = run, Name = "x" }, Caller.Anonymous)).Errors));
        Assert.IsType<NotFoundError>(Assert.Single((await engines.Store.UpdateRunAsync(new UpdateRunRequest { RunId = -1, Name = "x" }, Caller.Anonymous)).Errors));
        Assert.Equal(
            [typeof(InvalidInputError), typeof(NotActiveError)],
            (await engines.Store.UpdateRunAsync(new UpdateRunRequest { RunId = run, Name = "  " }, Caller.Anonymous)).Errors.Select(error => error.GetType()));
    }
}
