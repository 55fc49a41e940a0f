using System.Collections.Frozen;
using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Generation;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>An object type whose fields are read from a row: a table's, or embedded in one.</summary>
/// <param name="typeName">The type's name.</param>
/// <param name="fields">Its fields.</param>
public abstract class RowModel(string typeName, IEnumerable<FieldModel> fields)
{
    /// <summary>The object type's name.</summary>
    public string TypeName { get; } = typeName;

    /// <summary>Its fields by name.</summary>
    public FrozenDictionary<string, FieldModel> Fields { get; } = fields.ToFrozenDictionary(field => field.Name, StringComparer.Ordinal);

    /// <summary>Its fields in the order of the SDL.</summary>
    public ImmutableArray<FieldModel> FieldList { get; } = [.. fields];

    /// <summary>The optional to-one relation that a filter's field asks the existence of: <c>trial</c> for <c>trialExists</c>.</summary>
    /// <param name="name">The name in the filter.</param>
    /// <returns>Null if the name is a field's, or asks of no such relation.</returns>
    internal RelationField? FindExistence(string name) =>
        name.EndsWith(GeneratedNames.Exists, StringComparison.Ordinal) && !Fields.ContainsKey(name)
        && Fields.GetValueOrDefault(name[..^GeneratedNames.Exists.Length]) is RelationField { Type: { IsList: false, IsNonNull: false } } relation
            ? relation
            : null;
}

/// <summary>An object type that stands in other types' rows (<c>@embedded</c>).</summary>
/// <param name="typeName">The type's name.</param>
/// <param name="fields">Its fields, columns without prefix.</param>
public sealed class EmbeddedModel(string typeName, IEnumerable<FieldModel> fields) : RowModel(typeName, fields)
{
    /// <summary>All columns behind the object, those of objects within included.</summary>
    internal IReadOnlyList<ColumnModel> ColumnsOf(TableModel table, string prefix) =>
    [
        .. FieldList.SelectMany(field => field switch
        {
            ColumnField column => [table.Column(prefix + column.Column)],
            JsonField json => [table.Column(prefix + json.Column)],
            EmbeddedField inner => inner.Target.ColumnsOf(table, prefix + inner.Prefix),
            _ => [],
        }),
    ];
}

/// <summary>An object type whose objects are the rows of a table or view (<c>@table</c>).</summary>
public sealed class TableModel : RowModel
{
    internal TableModel(
        string typeName, string table, RowIndex? index, Store store, ImmutableArray<string> key, ImmutableArray<ColumnConstant> only, bool isNode, IEnumerable<FieldModel> fields)
        : base(typeName, fields)
    {
        Table = table;
        Index = index;
        Store = store;
        Key = key;
        Only = only;
        IsNode = isNode;
    }

    /// <summary>The table's name, with its schema or database if it is not the connection's own.</summary>
    public string Table { get; }

    /// <summary>What its rows are found by instead of the table itself; null if there is nothing.</summary>
    public RowIndex? Index { get; }

    /// <summary>The store that holds it.</summary>
    public Store Store { get; }

    /// <summary>The primary key's columns in order.</summary>
    public ImmutableArray<string> Key { get; }

    /// <summary>The standing policy: only rows that equal all of these exist for readers.</summary>
    public ImmutableArray<ColumnConstant> Only { get; }

    /// <summary>Whether the type implements <c>Node</c>.</summary>
    public bool IsNode { get; }

    /// <summary>What its rows were before; null where that is not kept.</summary>
    public HistoryModel? History { get; internal set; }

    /// <summary>For the versions of a type's rows, that type.</summary>
    internal TableModel? VersionsOf { get; init; }

    /// <summary>What the type can be ordered by beside its fields.</summary>
    public ImmutableArray<RelatedOrder> RelatedOrders { get; internal set; } = [];

    /// <summary>The real columns by name; filled once at start-up from the store's catalogue.</summary>
    public IReadOnlyDictionary<string, ColumnModel> Columns { get; internal set; } = FrozenDictionary<string, ColumnModel>.Empty;

    /// <summary>What its rows can be searched by; filled once at start-up from the store's catalogue.</summary>
    internal ImmutableArray<SearchIndex> SearchIndexes { get; set; } = [];

    /// <summary>Whether a read needs ClickHouse's <c>FINAL</c>: rows of a replacing table are versions until merged.</summary>
    public bool ReadsFinal { get; internal set; }

    /// <summary>The real column.</summary>
    /// <param name="name">A column that the start-up checks found.</param>
    internal ColumnModel Column(string name) => Columns[name];

    /// <inheritdoc />
    public override string ToString() => $"{TypeName} ({Table})";
}

/// <summary>The type can be ordered by a value of one row of a to-many relation (<c>@orderBy</c>).</summary>
/// <param name="Name">The field of the sort input.</param>
/// <param name="Relation">The relation to the row.</param>
/// <param name="Match">Fields of the related type that are equalled by arguments of the same name.</param>
/// <param name="Defaults">Values of those that may be left out, by field.</param>
/// <param name="Stats">Enum values and the columns behind them.</param>
public sealed record RelatedOrder(
    string Name,
    RelationField Relation,
    ImmutableArray<ColumnField> Match,
    ImmutableArray<ColumnConstant> Defaults,
    ImmutableArray<StatColumn> Stats)
{
    /// <summary>The default of a matched field, or null where it must be given.</summary>
    internal string? DefaultOf(ColumnField match) => Defaults.FirstOrDefault(d => d.Column == match.Name || d.Column == match.Column)?.Value;
}

/// <summary>A value of a generated enum and the column behind it.</summary>
/// <param name="Name">The enum value.</param>
/// <param name="Column">The column of the related table.</param>
public sealed record StatColumn(string Name, string Column);

/// <summary>A narrow table with the same rows as another (<c>@table(index:)</c>).</summary>
/// <param name="Table">The narrow table.</param>
/// <param name="Pending">A table or view that names the rows whose copies may be behind; null where none ever is.</param>
public sealed record RowIndex(string Table, string? Pending)
{
    /// <summary>The columns both tables have; filled once at start-up.</summary>
    internal IReadOnlySet<string> Columns { get; set; } = FrozenSet<string>.Empty;

    /// <summary>The columns of <see cref="Pending"/>; filled once at start-up.</summary>
    internal ImmutableArray<string> PendingColumns { get; set; } = [];
}
