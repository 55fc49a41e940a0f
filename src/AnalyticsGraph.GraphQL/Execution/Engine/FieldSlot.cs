using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>How a field's values are written.</summary>
internal enum SlotKind : byte
{
    /// <summary>Name and value are one constant: <c>__typename</c>.</summary>
    Constant,

    /// <summary>Leaves without nulls and errors.</summary>
    Leaf,

    /// <summary>Leaves without errors that may be null.</summary>
    NullableLeaf,

    /// <summary>Everything else: by type, with errors, section 6.4.3.</summary>
    General,

    /// <summary>The step failed: every row has the same error.</summary>
    Failed,
}

/// <summary>A field of a batch while a request runs: what is selected, and its column once that is known. Lives in one array of the run, not on its own.</summary>
internal struct FieldSlot
{
    public PlannedField Field;

    /// <summary>The bytes before the value, by its place among the fields that are included.</summary>
    public byte[] Prefix;

    public Column? Column;

    public GraphQLError? Failure;

    public SlotKind Kind;
}

/// <summary>A step that has not completed when its level was started.</summary>
internal readonly record struct PendingField(ObjectBatch Batch, int Slot, Task<Column> Task);
