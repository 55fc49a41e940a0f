using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.Server.Tests.Import;

/// <summary>
/// <c>seed-columns.txt</c> lists the tables and columns of the documents that the original systems are described by: system, table, columns. Each has a field of the schema in the
/// lists that other tests compare value by value, and stands in the README.
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
    public void EveryField_Should_BeInTheSchema_When_AColumnIsSaidToBeThere()
    {
        var schema = SchemaBuilder.Build([Utf8Parser.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "tests/AnalyticsGraph.Server.Tests/Snapshots/schema.graphql")))]);

        Assert.All(Known, table =>
        {
            var rows = Rows(schema, schema.Query, table.Root);
            rows = table.List is null ? rows : Rows(schema, rows, table.List);
            Assert.All(table.Columns, column =>
            {
                // A member of a JSON value follows a slash.
                NamedType type = rows;
                foreach (var name in column.Path.Split('/')[0].Split('.'))
                {
                    var field = schema.FindField(type, name);
                    Assert.True(field is not null, $"{table.System} {table.Name}.{column.Name}: {type.Name} has no field {name}");
                    type = field.Type.Named;
                }

                Assert.True(column.Kind == "other" || type is ScalarType or EnumType, $"{table.System} {table.Name}.{column.Name}: {type.Name} is no value");
                Assert.True(!column.Path.Contains('/', StringComparison.Ordinal) || type.Name == "JSON", $"{table.System} {table.Name}.{column.Name}: {type.Name} has no members");
            });
        });
    }

    [Fact]
    public void EveryTable_Should_StandInTheReadme_When_ADocumentNamesIt()
    {
        var lines = File.ReadLines(Path.Combine(Repository.Root, "README.md")).ToHashSet();

        Assert.All(Seeds, seed => Assert.Contains(Known.Single(table => table.System == seed.System && table.Name == seed.Table).Line, lines));
    }

    /// <summary>What a list or connection has rows of.</summary>
    private static NamedType Rows(Schema schema, NamedType type, string list)
    {
        var field = schema.FindField(type, list);
        Assert.True(field is not null, $"{type.Name} has no field {list}");
        return (schema.FindField(field.Type.Named, "nodes") ?? field).Type.Named;
    }
}
