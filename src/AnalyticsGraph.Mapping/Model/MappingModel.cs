using System.Collections.Frozen;
using System.Collections.Immutable;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>What the mapping directives of all SDL files say together.</summary>
public sealed class MappingModel
{
    internal MappingModel(
        IEnumerable<TableModel> tables,
        IEnumerable<EmbeddedModel> embedded,
        IEnumerable<EnumModel> enums,
        IEnumerable<RootField> rootFields,
        ImmutableArray<MutationModel> mutations)
    {
        Tables = tables.ToFrozenDictionary(table => table.TypeName, StringComparer.Ordinal);
        Embedded = embedded.ToFrozenDictionary(type => type.TypeName, StringComparer.Ordinal);
        Enums = enums.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);
        RootFields = [.. rootFields];
        Mutations = mutations;
    }

    /// <summary>Table-backed types by name.</summary>
    public FrozenDictionary<string, TableModel> Tables { get; }

    /// <summary>Embedded types by name.</summary>
    public FrozenDictionary<string, EmbeddedModel> Embedded { get; }

    /// <summary>Enums by name.</summary>
    public FrozenDictionary<string, EnumModel> Enums { get; }

    /// <summary>The fields of the query type that are mapped.</summary>
    public ImmutableArray<RootField> RootFields { get; }

    /// <summary>The mutations that follow from <c>@writable</c>. The mapping generates their types and reads what they answer; who executes them is said by the bindings.</summary>
    public ImmutableArray<MutationModel> Mutations { get; }

    /// <summary>The row model of an object type, or null.</summary>
    /// <param name="typeName">The type.</param>
    public RowModel? FindRow(string typeName) =>
        Tables.TryGetValue(typeName, out var table) ? table : Embedded.TryGetValue(typeName, out var embedded) ? embedded : null;
}

/// <summary>How a mapped field of the query type reads its table.</summary>
public enum RootFieldKind
{
    /// <summary>A Relay connection over the table.</summary>
    Connection,

    /// <summary>A plain list over the table.</summary>
    List,

    /// <summary>One row by its keys.</summary>
    Lookup,

    /// <summary>Aggregates over the table.</summary>
    Aggregate,
}

/// <summary>A mapped field of the query type.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Kind">How it reads.</param>
/// <param name="Type">Its type as the SDL has it.</param>
/// <param name="Target">The table.</param>
/// <param name="Order">The default order.</param>
/// <param name="Arguments">For a look-up: the arguments, each the name of a field of the target.</param>
public sealed record RootField(
    string Name,
    RootFieldKind Kind,
    FieldType Type,
    TableModel Target,
    ImmutableArray<ColumnOrder> Order,
    ImmutableArray<string> Arguments);
