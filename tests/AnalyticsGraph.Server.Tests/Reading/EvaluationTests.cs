using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Evaluations of predictions, against values computed by hand.</summary>
[Collection("empty")]
public sealed class EvaluationTests(EmptyServer empty) : IAsyncLifetime
{
    private readonly string _name = $"d-{Guid.NewGuid():n}";
    private long _dataset;

    public async Task InitializeAsync()
    {
        _dataset = await AddDatasetAsync(_name);
        await ExecuteAsync($"INSERT INTO target (dataset_id, target_index, sample_index, class) VALUES ({_dataset}, 0, 0, '1'), ({_dataset}, 1, 1, '1'), ({_dataset}, 2, 2, '2'), ({_dataset}, 3, 3, '2'), ({_dataset}, 4, 4, '10'), ({_dataset}, 5, 5, '10'), ({_dataset}, 6, 5, '1')");
        await PredictAsync(_dataset, "guess", "class", "'1'", "'2'", "'2'", "'2'", "'10'", "'1'", "'1'");
        await PredictAsync(_dataset, "sure", "class, probabilities",
            "'1', map('1', 0.9, '2', 0.1)", "'1', map('1', 0.8)", "'2', map('2', 0.5, '1', 0.5)", "'2', map('2', 0.5)", "'10', map('10', 0.25, '1', 0.1)", "'10', map('1', 1)");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Evaluate_Should_MeasureEachClass_When_ClassesArePredicted()
    {
        var guess = (await AskAsync("predictionSet { name } count unmatched accuracy confusionMatrix { actual predicted count } classes { class support predicted precision recall f1 } macroPrecision macroRecall macroF1 weightedF1 logLoss logLossCount r2"))[0];

        Assert.Equal((6L, 1L), (guess.At("count").GetInt64(), guess.At("unmatched").GetInt64()));
        Assert.Equal(4 / 6.0, guess.At("accuracy").GetDouble(), 1e-12);
        Assert.Equal(
            ["1>1 1", "1>2 1", "2>2 2", "10>1 1", "10>10 1"],
            guess.At("confusionMatrix").EnumerateArray().Select(cell => $"{cell.At("actual").GetString()}>{cell.At("predicted").GetString()} {cell.At("count")}"));
        Assert.Equal(
            ["1 2 2 0.5 0.5 0.5", "2 2 3 0.6667 1 0.8", "10 2 1 1 0.5 0.6667"],
            guess.At("classes").EnumerateArray().Select(c => string.Join(' ', c.At("class").GetString(), c.At("support"), c.At("predicted"), Short(c.At("precision")), Short(c.At("recall")), Short(c.At("f1")))));
        Assert.Equal(["0.7222", "0.6667", "0.6556", "0.6556"], new[] { "macroPrecision", "macroRecall", "macroF1", "weightedF1" }.Select(mean => Short(guess.At(mean))));
        Assert.Equal((JsonValueKind.Null, 0L, JsonValueKind.Null), (guess.At("logLoss").ValueKind, guess.At("logLossCount").GetInt64(), guess.At("r2").ValueKind));
    }

    [Fact]
    public async Task Evaluate_Should_TakeTheLogarithm_When_ProbabilitiesWereGiven()
    {
        var sure = (await AskAsync("logLoss logLossCount accuracy"))[1];

        // A class that was given no probability counts as the least double above 0 does in scikit-learn.
        var expected = -(Math.Log(0.9) + Math.Log(0.8) + Math.Log(0.5) + Math.Log(0.5) + Math.Log(0.25) + Math.Log(2.220446049250313e-16)) / 6;
        Assert.Equal((6L, 1.0), (sure.At("logLossCount").GetInt64(), sure.At("accuracy").GetDouble()));
        Assert.Equal(expected, sure.At("logLoss").GetDouble(), 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_700_000_000)]
    public async Task Evaluate_Should_MeasureDifferences_When_NumbersArePredicted(long zero)
    {
        var dataset = await AddDatasetAsync(_name + "-numbers");
        await ExecuteAsync($"INSERT INTO target (dataset_id, target_index, sample_index, value) VALUES ({dataset}, 0, 0, {zero + 1}), ({dataset}, 1, 1, {zero + 2}), ({dataset}, 2, 2, {zero + 3}), ({dataset}, 3, 3, {zero + 4})");
        await PredictAsync(dataset, "line", "value", [.. new[] { 1, 2, 4, 5, 6 }.Select(value => $"{zero + value}")]);

        var line = (await AskAsync("count unmatched accuracy meanAbsoluteError rootMeanSquaredError r2 classes { class }", dataset: "-numbers"))[0];

        Assert.Equal((4L, 1L, JsonValueKind.Null, 0), (line.At("count").GetInt64(), line.At("unmatched").GetInt64(), line.At("accuracy").ValueKind, line.At("classes").GetArrayLength()));
        Assert.Equal(0.5, line.At("meanAbsoluteError").GetDouble());
        Assert.Equal(Math.Sqrt(0.5), line.At("rootMeanSquaredError").GetDouble(), 1e-12);
        Assert.Equal(0.6, line.At("r2").GetDouble(), 1e-6);
    }

    [Fact]
    public async Task Evaluate_Should_KeepTheGivenOrder_When_SetsAreNamed()
    {
        var ids = (await AskAsync("predictionSet { id }")).EnumerateArray().Select(evaluation => evaluation.At("predictionSet.id").GetString()!).Reverse().ToArray();

        var (data, counters) = await empty.Server.CountAsync(
            $"{{ dataset(name: \"{_name}\") {{ evaluate(predictionSetIds: {JsonSerializer.Serialize(ids)}) {{ accuracy predictionSet {{ name evaluation {{ accuracy }} }} }} }} }}");

        Assert.Equal(["sure 1 1", "guess 0.6667 0.6667"], data.At("dataset.evaluate").EnumerateArray()
            .Select(e => $"{e.At("predictionSet.name").GetString()} {Short(e.At("accuracy"))} {Short(e.At("predictionSet.evaluation.accuracy"))}"));
        Assert.Equal(2, counters.ClickHouseQueries);
    }

    [Fact]
    public async Task Evaluate_Should_BeRefused_When_ASetBelongsToAnotherDataset()
    {
        var other = await AddDatasetAsync(_name + "-other");
        await PredictAsync(other, "stranger", "class", "'1'");
        var id = (await AskAsync("predictionSet { id }", "-other"))[0].At("predictionSet.id").GetString();

        var answer = await empty.Server.AskAsync($"{{ dataset(name: \"{_name}\") {{ evaluate(predictionSetIds: [\"{id}\"]) {{ count }} }} }}");

        Assert.Equal(["BAD_USER_INPUT"], answer.Codes);
    }

    [Fact]
    public async Task Evaluate_Should_LeaveOutDeletedSets_When_NoneAreNamed()
    {
        await PredictAsync(_dataset, "gone", "class", "'1'");
        await empty.ExecuteAsync($"UPDATE prediction_set SET lifecycle_stage = 'DELETED' WHERE dataset_id = {_dataset} AND name = 'gone'");

        Assert.Equal(["guess", "sure"], (await AskAsync("predictionSet { name }")).Texts("predictionSet.name"));
    }

    private static string Short(JsonElement number) => number.GetDouble().ToString("0.####", CultureInfo.InvariantCulture);

    private async Task<JsonElement> AskAsync(string fields, string dataset = "") => (await empty.Server.RunAsync($"{{ dataset(name: \"{_name}{dataset}\") {{ evaluate {{ {fields} }} }} }}")).At("dataset.evaluate");

    private async Task<long> AddDatasetAsync(string name)
    {
        await empty.ExecuteAsync($"INSERT INTO dataset (source, name) VALUES ('local', '{name}')");
        return EmptyServer.KeyOf((await empty.Server.RunAsync($"{{ dataset(name: \"{name}\") {{ id }} }}")).At("dataset.id").GetString()!);
    }

    private async Task PredictAsync(long dataset, string set, string columns, params string[] predictions)
    {
        await empty.ExecuteAsync($"INSERT INTO prediction_set (source, dataset_id, name) VALUES ('local', {dataset}, '{set}')");
        var data = await empty.Server.RunAsync("query ($d: String!) { predictionSets(where: {name: {eq: $d}}, order: [{id: DESC}], first: 1) { nodes { id } } }", new { d = set });
        var id = EmptyServer.KeyOf(data.At("predictionSets.nodes.0.id").GetString()!);
        var rows = predictions.Select((prediction, i) => $"({dataset}, {id}, {i}, {i}, {prediction})");
        await ExecuteAsync($"INSERT INTO prediction (dataset_id, prediction_set_id, prediction_index, sample_index, {columns}) VALUES {string.Join(", ", rows)}");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var client = new ClickHouseClient(ClickHouseOptions.Parse(empty.ClickHouse));
        await client.ExecuteAsync(new ClickHouseQuery(sql));
    }
}
