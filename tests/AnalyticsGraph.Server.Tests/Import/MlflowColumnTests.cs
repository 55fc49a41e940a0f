using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Import;

/// <summary>Nothing of MLflow's database is out of the graph's reach, and each value is the dump's.</summary>
[Collection("sample")]
public sealed class MlflowColumnTests(SampleServer sample)
{
    public static TheoryData<string> Tables => [.. MlflowColumns.Tables.Select(table => table.Name)];

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task EveryColumn_Should_HaveTheDumpsValues_When_AllRowsAreAsked(string name)
    {
        var table = MlflowColumns.Tables.Single(candidate => candidate.Name == name);

        var rows = await sample.Server.AllAsync(table.Root, table.Selection);

        string[] actual = [.. (table.List is null ? rows : rows.SelectMany(row => row.GetProperty(table.List).EnumerateArray())).Select(table.Actual).Order(StringComparer.Ordinal)];
        string[] expected = [.. SampleDump.Rows(name).Select(table.Expected).Order(StringComparer.Ordinal)];
        Assert.True(expected.SequenceEqual(actual), $"{expected.Length} rows in the dump, {actual.Length} in the graph; the first that differ:\n{expected.Except(actual).FirstOrDefault()}\n{actual.Except(expected).FirstOrDefault()}");
    }

    /// <summary>Columns that only newer MLflow versions have are not in the table above; those of today's dump all are.</summary>
    [Fact]
    public void Columns_Should_BeListed_When_TheDumpHasThem()
    {
        // Workspaces and three columns of traces came with MLflow 3; their fields are `workspace`, `clientRequestId`, `requestPreview`, `responsePreview`.
        string[] newer = ["workspace", "client_request_id", "request_preview", "response_preview"];
        Assert.All(MlflowColumns.Tables, table => Assert.Equal(
            SampleDump.Rows(table.Name)[0].Keys.Except(newer).Order(),
            table.Columns.Select(column => column.Name).Order()));
    }
}
