using System.Collections.Frozen;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Catalog;

/// <summary>Reads the tables and columns of ClickHouse: those of the client's database by their bare name, all by <c>database.table</c>.</summary>
internal static class ClickHouseCatalog
{
    private const string Sql = """
        SELECT c.database AS database, c.table AS table, c.name AS name, c.type AS type, t.engine AS engine, toUInt8(c.database = currentDatabase()) AS own
        FROM system.columns AS c
        JOIN system.tables AS t ON t.database = c.database AND t.name = c.table
        WHERE c.database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema')
        ORDER BY c.database, c.table, c.position
        """;

    public static async Task<StoreCatalog> ReadAsync(ClickHouseClient client, CancellationToken cancellationToken)
    {
        var tables = new Dictionary<string, (List<ColumnModel> Columns, string Engine)>(StringComparer.Ordinal);
        var result = await client.QueryAsync(new ClickHouseQuery(Sql), cancellationToken).ConfigureAwait(false);
        await using var _ = result.ConfigureAwait(false);
        await foreach (var block in result.ReadBlocksAsync(cancellationToken).ConfigureAwait(false))
        {
            using (block)
            {
                var (databases, names) = (block.Column<string>("database"), block.Column<string>("table"));
                for (var row = 0; row < block.RowCount; row++)
                {
                    var column = ReadColumn(block.Column<string>("name")[row], block.Column<string>("type")[row]);
                    Add($"{databases[row]}.{names[row]}", column, block.Column<string>("engine")[row]);
                    if (block.Column<byte>("own")[row] != 0)
                    {
                        Add(names[row], column, block.Column<string>("engine")[row]);
                    }
                }
            }
        }

        return new StoreCatalog(tables.ToFrozenDictionary(
            pair => pair.Key,
            pair => new CatalogTable(
                pair.Value.Columns.ToFrozenDictionary(column => column.Name, StringComparer.Ordinal),
                [],
                pair.Value.Engine.Contains("Replacing", StringComparison.Ordinal)),
            StringComparer.Ordinal));

        void Add(string table, ColumnModel column, string engine)
        {
            if (!tables.TryGetValue(table, out var entry))
            {
                tables.Add(table, entry = ([], engine));
            }

            entry.Columns.Add(column);
        }
    }

    internal static ColumnModel ReadColumn(string name, string typeText)
    {
        var type = ClickHouseType.Parse(typeText);
        var isArray = type.Kind == ClickHouseTypeKind.Array;
        var item = isArray ? type.Elements[0] : type;
        return new ColumnModel(name, KindOf(item.Unwrapped), isArray, type.IsNullable, typeText);
    }

    private static ColumnKind KindOf(ClickHouseType type) => type.Kind switch
    {
        ClickHouseTypeKind.Bool => ColumnKind.Boolean,
        ClickHouseTypeKind.Int8 or ClickHouseTypeKind.Int16 or ClickHouseTypeKind.Int32 or ClickHouseTypeKind.Int64
            or ClickHouseTypeKind.UInt8 or ClickHouseTypeKind.UInt16 or ClickHouseTypeKind.UInt32 or ClickHouseTypeKind.UInt64 => ColumnKind.Integer,
        ClickHouseTypeKind.Float64 => ColumnKind.Double,
        ClickHouseTypeKind.Float32 => ColumnKind.Single,
        ClickHouseTypeKind.Decimal => ColumnKind.Decimal,
        ClickHouseTypeKind.String => ColumnKind.Text,
        ClickHouseTypeKind.Enum8 or ClickHouseTypeKind.Enum16 => ColumnKind.EnumText,
        ClickHouseTypeKind.Uuid => ColumnKind.Uuid,
        ClickHouseTypeKind.DateTime or ClickHouseTypeKind.DateTime64 => ColumnKind.Timestamp,
        ClickHouseTypeKind.Date or ClickHouseTypeKind.Date32 => ColumnKind.Date,
        ClickHouseTypeKind.Map when KindOf(type.Elements[0].Unwrapped) == ColumnKind.Text && KindOf(type.Elements[1].Unwrapped) is ColumnKind.Double or ColumnKind.Text => ColumnKind.Map,
        _ => ColumnKind.Unknown,
    };
}
