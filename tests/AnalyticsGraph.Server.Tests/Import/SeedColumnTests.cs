namespace AnalyticsGraph.Server.Tests.Import;

/// <summary>
/// <c>seed-columns.txt</c> lists the tables and columns of the documents that the original systems are described by: system, table, columns. Each has a field in the lists that
/// other tests compare value by value, and stands in the README.
/// </summary>
public sealed class SeedColumnTests
{
    private static readonly IReadOnlyList<(string System, string Table, string[] Columns)> Seeds =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "tests/AnalyticsGraph.Server.Tests/Import/seed-columns.txt")).Select(line => line.Split(' ')).Select(words => (words[0], words[1], words[2..])),
    ];

    private static readonly IReadOnlyList<OriginalGraphTable> Known =
    [
        .. OriginalColumns.Tables,
        .. MlflowColumns.Tables.Select(table => new OriginalGraphTable(
            "mlflow", table.Name, table.Root.Split('(')[0], table.List, null, [.. table.Columns.Select(column => (column.Name, column.Path, ""))])),
    ];

    [Fact]
    public void EveryColumn_Should_HaveAField_When_ADocumentNamesIt()
    {
        Assert.Equal(44, Seeds.Count);
        Assert.All(Seeds, seed =>
        {
            var columns = Known.SingleOrDefault(table => table.System == seed.System && table.Name == seed.Table)?.Columns.Select(column => column.Name) ?? [];
            Assert.Empty(seed.Columns.Except(columns));
        });
    }

    [Fact]
    public void EveryTable_Should_StandInTheReadme_When_ADocumentNamesIt()
    {
        var lines = File.ReadLines(Path.Combine(Repository.Root, "README.md")).ToHashSet();

        Assert.All(Seeds, seed => Assert.Contains(Known.Single(table => table.System == seed.System && table.Name == seed.Table).Line, lines));
    }
}
