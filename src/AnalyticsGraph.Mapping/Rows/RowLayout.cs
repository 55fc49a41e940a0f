using System.Collections.Frozen;
using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Rows;

/// <summary>Something selected from a row.</summary>
/// <param name="Name">What children find it by: a column's name, or what no column can be called.</param>
/// <param name="Shape">How it is read.</param>
internal abstract record SelectItem(string Name, ValueShape Shape)
{
    public abstract void AppendTo(SqlBuilder sql, string alias);
}

/// <summary>A column.</summary>
internal sealed record ColumnItem(ColumnModel Column) : SelectItem(Column.Name, ValueShape.Of(Column))
{
    public override void AppendTo(SqlBuilder sql, string alias)
    {
        if (Column.IsArray)
        {
            sql.AppendColumn(alias, Column.Name);
        }
        else
        {
            new ValueExpression(alias, Column).AppendTo(sql);
        }
    }
}

/// <summary>A value inside a JSON column.</summary>
internal sealed record JsonItem(ColumnModel Column, ImmutableArray<string> Path, ScalarKind Kind) : SelectItem(NameOf(Column.Name, Path, Kind), ShapeOf(Column, Kind))
{
    public static string NameOf(string column, ImmutableArray<string> path, ScalarKind kind) => $"{column}\0{kind}\0{string.Join('\0', path)}";

    public override void AppendTo(SqlBuilder sql, string alias) => new ValueExpression(alias, Column, Path, Kind).AppendTo(sql);

    private static ValueShape ShapeOf(ColumnModel column, ScalarKind kind) => new(
        kind switch
        {
            ScalarKind.Int or ScalarKind.Long => ValueKind.Int64,
            ScalarKind.Double => ValueKind.Double,
            ScalarKind.Boolean => ValueKind.Boolean,
            ScalarKind.Json when column.Kind == ColumnKind.JsonBinary => ValueKind.JsonBinary,
            _ => ValueKind.Text,
        },
        false,
        true);
}

/// <summary>Whether any column of an embedded object has a value: it is null when none has.</summary>
internal sealed record PresenceItem(string Prefix, ImmutableArray<ColumnModel> Columns) : SelectItem(NameOf(Prefix), new ValueShape(ValueKind.Boolean, false, false))
{
    public static string NameOf(string prefix) => "\0" + prefix;

    public override void AppendTo(SqlBuilder sql, string alias)
    {
        sql.Append('(');
        for (var i = 0; i < Columns.Length; i++)
        {
            sql.Append(i == 0 ? "" : " OR ").AppendColumn(alias, Columns[i].Name).Append(" IS NOT NULL");
        }

        sql.Append(sql.IsPostgres ? ")" : ")::Bool");
    }
}

/// <summary>Which values a statement selects from a table's rows, and where each stands. Made when a plan is bound, shared by all its requests.</summary>
internal sealed class RowLayout
{
    private readonly FrozenDictionary<string, int> _ordinals;

    public RowLayout(TableModel table, ImmutableArray<SelectItem> items)
    {
        Table = table;
        Items = items;
        Shapes = [.. items.Select(item => item.Shape)];
        KeyOrdinals = [.. table.Key.Select(column => items.IndexOf(items.First(item => item.Name == column)))];
        _ordinals = items.Select((item, index) => (item.Name, index)).ToFrozenDictionary(pair => pair.Name, pair => pair.index, StringComparer.Ordinal);
    }

    public TableModel Table { get; }

    public ImmutableArray<SelectItem> Items { get; }

    public ImmutableArray<ValueShape> Shapes { get; }

    /// <summary>Where the key's columns stand; they are always selected.</summary>
    public ImmutableArray<int> KeyOrdinals { get; }

    public int OrdinalOf(string name) => _ordinals[name];

    public int Find(string name) => _ordinals.TryGetValue(name, out var ordinal) ? ordinal : -1;
}
