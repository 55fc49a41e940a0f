using System.Collections.Immutable;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>Where a field of a mapped object type lives.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Type">Its type as the SDL has it.</param>
public abstract record FieldModel(string Name, FieldType Type);

/// <summary>A field whose value is a leaf and part of the row.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Kind">The kind of leaf.</param>
/// <param name="Enum">The enum, for <see cref="ScalarKind.Enum"/>.</param>
/// <param name="IsFilterable">Whether it can be filtered and sorted by.</param>
public abstract record LeafField(string Name, FieldType Type, ScalarKind Kind, EnumModel? Enum, bool IsFilterable) : FieldModel(Name, Type);

/// <summary>A column. In an embedded object the column's name lacks the prefix.</summary>
/// <inheritdoc cref="LeafField"/>
/// <param name="Name">The field's name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Kind">The kind of leaf.</param>
/// <param name="Enum">The enum, or null.</param>
/// <param name="IsFilterable">Whether it can be filtered and sorted by.</param>
/// <param name="Column">The column's name.</param>
public sealed record ColumnField(string Name, FieldType Type, ScalarKind Kind, EnumModel? Enum, bool IsFilterable, string Column)
    : LeafField(Name, Type, Kind, Enum, IsFilterable);

/// <summary>A value inside a JSON column: null where the path is missing or holds a value of another kind.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Kind">The kind of leaf.</param>
/// <param name="Enum">The enum, or null.</param>
/// <param name="IsFilterable">Whether it can be filtered and sorted by.</param>
/// <param name="Column">The JSON column's name.</param>
/// <param name="Path">Keys, or positions as digits.</param>
public sealed record JsonField(string Name, FieldType Type, ScalarKind Kind, EnumModel? Enum, bool IsFilterable, string Column, ImmutableArray<string> Path)
    : LeafField(Name, Type, Kind, Enum, IsFilterable);

/// <summary>The Relay global id, made of the type's name and the key.</summary>
/// <param name="Name">The field's name: <c>id</c>.</param>
/// <param name="Type">Its type: <c>ID!</c>.</param>
public sealed record GlobalIdField(string Name, FieldType Type) : FieldModel(Name, Type);

/// <summary>An object whose columns stand in the same row under a prefix.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Prefix">What the columns' names begin with.</param>
public sealed record EmbeddedField(string Name, FieldType Type, string Prefix) : FieldModel(Name, Type)
{
    /// <summary>The embedded type.</summary>
    public EmbeddedModel Target { get; internal set; } = null!;
}

/// <summary>Rows of another type (or the same) that belong to this row.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Type">Its type; a list is to-many.</param>
/// <param name="From">This row's columns.</param>
/// <param name="To">The target's columns, or the link's where there is one: pairs with <paramref name="From"/>.</param>
/// <param name="Through">The link table, or null.</param>
/// <param name="Only">Target columns that must equal a constant.</param>
/// <param name="IsConnection">Whether a to-many relation is a Relay connection.</param>
/// <param name="Order">The default order of a to-many relation.</param>
public sealed record RelationField(
    string Name,
    FieldType Type,
    ImmutableArray<string> From,
    ImmutableArray<string> To,
    LinkModel? Through,
    ImmutableArray<ColumnConstant> Only,
    bool IsConnection,
    ImmutableArray<ColumnOrder> Order) : FieldModel(Name, Type)
{
    /// <summary>The related table.</summary>
    public TableModel Target { get; internal set; } = null!;

    /// <summary>Whether the target's columns are its key, so that at most one row can match without more ado.</summary>
    internal bool IsByKey => Through is null && Only.IsEmpty && To.Length == Target.Key.Length && To.All(column => Target.Key.Contains(column));
}

/// <summary>Aggregates of a to-many relation's rows, beside its field.</summary>
/// <param name="Name">The field's name: the relation's with <c>Aggregate</c>.</param>
/// <param name="Relation">The relation.</param>
public sealed record AggregateField(string Name, RelationField Relation) : FieldModel(Name, AggregateFields.TypeOf(Relation.Type.Name));

/// <summary>A link table: its <c>From</c> columns equal this row's, its <c>To</c> columns the target's.</summary>
/// <param name="Table">The table.</param>
/// <param name="From">Its columns that equal the relation's <c>from</c>.</param>
/// <param name="To">Its columns that equal the relation's <c>to</c>.</param>
/// <param name="Only">Its columns that must equal a constant.</param>
public sealed record LinkModel(string Table, ImmutableArray<string> From, ImmutableArray<string> To, ImmutableArray<ColumnConstant> Only)
{
    /// <summary>The real columns by name; set by the start-up checks.</summary>
    internal IReadOnlyDictionary<string, ColumnModel> Columns { get; set; } = new Dictionary<string, ColumnModel>();
}

/// <summary>A field resolved by C#.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Needs">Columns of the row that its code reads.</param>
public sealed record ResolverField(string Name, FieldType Type, ImmutableArray<string> Needs) : FieldModel(Name, Type);

/// <summary>A column that must equal a constant.</summary>
/// <param name="Column">The column.</param>
/// <param name="Value">The constant as text; it is bound as a parameter of the column's type.</param>
public sealed record ColumnConstant(string Column, string Value);

/// <summary>A column to order by.</summary>
/// <param name="Column">The column.</param>
/// <param name="Descending">Whether descending.</param>
public sealed record ColumnOrder(string Column, bool Descending);
