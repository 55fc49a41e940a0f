using System.Collections.Immutable;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>How a mapped type can be written (<c>@writable</c>): the mapping generates inputs, payloads and errors from it, and says to whoever executes them what they mean.</summary>
/// <param name="Table">The type; its key is one integer.</param>
/// <param name="KeyInput">The input that names a row: <c>id</c>, or that of the relation whose row it belongs to, such as <c>runId</c>.</param>
/// <param name="KeyType">The type whose global id that is.</param>
public sealed record WritableModel(TableModel Table, string KeyInput, string KeyType)
{
    /// <summary>What can be given on creation, in order.</summary>
    public ImmutableArray<WritableField> Create { get; init; } = [];

    /// <summary>What can be changed later, in order; none of them is required.</summary>
    public ImmutableArray<WritableField> Update { get; init; } = [];

    /// <summary>Relations whose rows are deleted and restored together with this one.</summary>
    public ImmutableArray<RelationField> Cascade { get; init; } = [];

    /// <summary>Relations whose rows, while they are in use, keep this one from being deleted.</summary>
    public ImmutableArray<RelationField> Restrict { get; init; } = [];

    /// <summary>What no two rows may share.</summary>
    public ImmutableArray<UniqueRule> Unique { get; init; } = [];

    /// <summary>Moments that are set by the change itself.</summary>
    public ImmutableArray<StampedColumn> Stamps { get; init; } = [];

    /// <summary>The key's column.</summary>
    public string KeyColumn => Table.Key[0];

    /// <summary>Whether a row's key is that of another row that it belongs to; else it is counted up.</summary>
    public bool IsPart => !Table.IsNode;
}

/// <summary>Something that can be given when a row is written.</summary>
/// <param name="Input">The input's name.</param>
/// <param name="Description">What it is, in the SDL's words.</param>
/// <param name="IsRequired">Whether creating needs it.</param>
/// <param name="Check">What its values must keep to.</param>
public abstract record WritableField(string Input, string Description, bool IsRequired, FieldCheck Check);

/// <summary>The value of a column; JSON as the text of a document.</summary>
/// <inheritdoc cref="WritableField"/>
/// <param name="Input">The input's name.</param>
/// <param name="Description">What it is.</param>
/// <param name="IsRequired">Whether creating needs it.</param>
/// <param name="Check">What its values must keep to.</param>
/// <param name="TypeName">The scalar or enum.</param>
/// <param name="Kind">The kind of leaf.</param>
/// <param name="Enum">The enum, or null.</param>
/// <param name="Column">The column.</param>
public sealed record WritableColumn(string Input, string Description, bool IsRequired, FieldCheck Check, string TypeName, ScalarKind Kind, EnumModel? Enum, string Column)
    : WritableField(Input, Description, IsRequired, Check);

/// <summary>The row of a to-one relation, by its global id.</summary>
/// <inheritdoc cref="WritableField"/>
/// <param name="Input">The input's name.</param>
/// <param name="Description">What it is.</param>
/// <param name="IsRequired">Whether creating needs it.</param>
/// <param name="Relation">The relation; one column on both sides.</param>
public sealed record WritableReference(string Input, string Description, bool IsRequired, RelationField Relation)
    : WritableField(Input, Description, IsRequired, FieldCheck.None)
{
    /// <summary>The column that refers.</summary>
    public string Column => Relation.From[0];
}

/// <summary>Names and texts that belong to a row, such as its tags.</summary>
/// <inheritdoc cref="WritableField"/>
/// <param name="Input">The input's name.</param>
/// <param name="Description">What they are.</param>
/// <param name="IsRequired">Whether creating needs them.</param>
/// <param name="Check">What the texts must keep to.</param>
/// <param name="Relation">The relation to the table of <c>key</c> and <c>value</c>.</param>
public sealed record WritablePairs(string Input, string Description, bool IsRequired, FieldCheck Check, RelationField Relation)
    : WritableField(Input, Description, IsRequired, Check);

/// <summary>What a written value must keep to (<c>@check</c>).</summary>
/// <param name="Length">The most characters of a text, or of a document.</param>
/// <param name="Form">The form of a text.</param>
/// <param name="Min">The least number.</param>
/// <param name="Max">The greatest number.</param>
/// <param name="Shape">What a document must be.</param>
public sealed record FieldCheck(int? Length = null, TextForm Form = TextForm.Any, double? Min = null, double? Max = null, DocumentShape Shape = DocumentShape.Any)
{
    /// <summary>The texts there are; empty: all.</summary>
    public ImmutableArray<string> In { get; init; } = [];

    /// <summary>Anything goes.</summary>
    public static FieldCheck None { get; } = new();
}

/// <summary>The enum <c>TextForm</c> of <c>schema/mapping.graphql</c>.</summary>
public enum TextForm
{
    /// <summary>Any text.</summary>
    Any,

    /// <summary>A text that says something: not empty, not blank.</summary>
    Name,

    /// <summary>The name of a metric, param or tag.</summary>
    Key,
}

/// <summary>The enum <c>DocumentShape</c> of <c>schema/mapping.graphql</c>.</summary>
public enum DocumentShape
{
    /// <summary>Any JSON value.</summary>
    Any,

    /// <summary>An object.</summary>
    Object,

    /// <summary>An array.</summary>
    Array,
}

/// <summary>What no two rows may share (<c>@unique</c>). A row that has null in one of the columns shares nothing.</summary>
/// <param name="Field">The field that an error is about.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Only">A Boolean column; only rows where it is true count. Null: all.</param>
public sealed record UniqueRule(string Field, ImmutableArray<string> Columns, string? Only);

/// <summary>A moment that is set by a change (<c>@stamped</c>).</summary>
/// <param name="Column">The column.</param>
/// <param name="On">By which change.</param>
public sealed record StampedColumn(string Column, StampEvent On);

/// <summary>The enum <c>StampEvent</c> of <c>schema/mapping.graphql</c>.</summary>
public enum StampEvent
{
    /// <summary>By its creation, unless it is given.</summary>
    Create,

    /// <summary>By its creation, unless it is given, and by each change.</summary>
    Change,

    /// <summary>By its deletion; taken away when it is restored.</summary>
    Delete,
}

/// <summary>What a generated mutation does.</summary>
public enum MutationKind
{
    /// <summary>Creates a row.</summary>
    Create,

    /// <summary>Changes a row.</summary>
    Update,

    /// <summary>Marks a row as deleted.</summary>
    Delete,

    /// <summary>Takes that back.</summary>
    Restore,

    /// <summary>Sets some of a row's pairs, such as its tags.</summary>
    SetPairs,

    /// <summary>Removes some of a row's pairs.</summary>
    DeletePairs,
}

/// <summary>A generated mutation. Its input is <c>CreateXInput</c>, its payload <c>CreateXPayload</c>, and so on.</summary>
/// <param name="Name">The field of the mutation type.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Entity">To which type.</param>
/// <param name="Pairs">The relation to the pairs, for <see cref="MutationKind.SetPairs"/> and <see cref="MutationKind.DeletePairs"/>.</param>
public sealed record MutationModel(string Name, MutationKind Kind, WritableModel Entity, WritablePairs? Pairs)
{
    /// <summary>The payload's field with the changed entity.</summary>
    public string EntityField => char.ToLowerInvariant(Entity.Table.TypeName[0]) + Entity.Table.TypeName[1..];

    /// <summary>The name of the payload's type.</summary>
    public string PayloadType => TypeName("Payload");

    /// <summary>The name of one of its types.</summary>
    /// <param name="suffix"><c>Input</c>, <c>Payload</c> or <c>Error</c>.</param>
    internal string TypeName(string suffix) => char.ToUpperInvariant(Name[0]) + Name[1..] + suffix;
}
