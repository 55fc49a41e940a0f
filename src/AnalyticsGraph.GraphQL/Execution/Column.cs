using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// What a field yields for a whole batch: one value for each parent row, in the parents' order. Immutable once returned by a step.
/// Leaf columns write themselves; <see cref="ObjectColumn"/>, <see cref="AbstractColumn"/> and <see cref="ListColumn"/> are walked by the executor.
/// </summary>
public abstract class Column
{
    private IReadOnlyDictionary<int, GraphQLError>? _errors;

    /// <summary>The number of rows: that of the parents (for items of a list, of all lists together).</summary>
    public abstract int Count { get; }

    /// <summary>Whether any row may be null. False promises that none is, which spares the null checks.</summary>
    public abstract bool MayHaveNulls { get; }

    /// <summary>Whether the row's value is null.</summary>
    /// <param name="row">From 0.</param>
    public abstract bool IsNull(int row);

    /// <summary>
    /// Errors of single rows, or null when there are none. A row with an error reads as null. The executor fills in path and location where missing.
    /// </summary>
    public IReadOnlyDictionary<int, GraphQLError>? Errors
    {
        get => _errors;
        init => _errors = value;
    }

    /// <summary>Adds the errors of rows to a column that a factory has just made.</summary>
    internal Column WithErrors(IReadOnlyDictionary<int, GraphQLError>? errors)
    {
        _errors = errors;
        return this;
    }
}

/// <summary>A column of scalars or enum values.</summary>
public abstract class LeafColumn : Column
{
    /// <summary>Writes a row's value as JSON.</summary>
    /// <param name="row">A row that is not null.</param>
    /// <param name="writer">Where to.</param>
    public abstract void Write(int row, ResponseWriter writer);

    /// <summary>Writes rows one after another with commas between, null where a row is null: the items of a list. Long columns override it with a tight loop.</summary>
    /// <param name="start">The first row.</param>
    /// <param name="end">Just past the last row.</param>
    /// <param name="writer">Where to.</param>
    public virtual void WriteRange(int start, int end, ResponseWriter writer)
    {
        for (var row = start; row < end; row++)
        {
            if (row > start)
            {
                writer.WriteByte((byte)',');
            }

            if (IsNull(row))
            {
                writer.WriteNull();
            }
            else
            {
                Write(row, writer);
            }
        }
    }
}

/// <summary>A to-one field: each row is an object of one concrete type, or null. Several rows may share an object.</summary>
/// <param name="objects">The distinct objects.</param>
/// <param name="rows">For each parent row its object's row, or -1 for null; null when parent row i has object i.</param>
public sealed class ObjectColumn(ObjectBatch objects, int[]? rows = null) : Column
{
    /// <summary>The distinct objects.</summary>
    public ObjectBatch Objects { get; } = objects;

    /// <summary>For each parent row its object's row, or -1; null for the identity.</summary>
    public int[]? Rows { get; } = rows;

    /// <inheritdoc />
    public override int Count => Rows?.Length ?? Objects.Count;

    /// <inheritdoc />
    public override bool MayHaveNulls => Rows is not null;

    /// <inheritdoc />
    public override bool IsNull(int row) => Rows is not null && Rows[row] < 0;
}

/// <summary>A to-one field of an interface or union type: rows are objects of several concrete types.</summary>
/// <param name="batches">One batch for each concrete type that occurs.</param>
/// <param name="batchOf">For each parent row the index of its batch, or -1 for null.</param>
/// <param name="rowOf">For each parent row its row within that batch.</param>
public sealed class AbstractColumn(ObjectBatch[] batches, int[] batchOf, int[] rowOf) : Column
{
    /// <summary>One batch for each concrete type that occurs.</summary>
    public ObjectBatch[] Batches { get; } = batches;

    /// <summary>For each parent row the index of its batch, or -1 for null.</summary>
    public int[] BatchOf { get; } = batchOf;

    /// <summary>For each parent row its row within its batch.</summary>
    public int[] RowOf { get; } = rowOf;

    /// <inheritdoc />
    public override int Count => BatchOf.Length;

    /// <inheritdoc />
    public override bool MayHaveNulls => true;

    /// <inheritdoc />
    public override bool IsNull(int row) => BatchOf[row] < 0;
}

/// <summary>A list field: parent row i has the items from <c>Offsets[i]</c> to <c>Offsets[i + 1]</c> of one shared column.</summary>
/// <param name="offsets">Count + 1 ascending positions, starting at 0.</param>
/// <param name="items">The items of all rows, one after another: leaf, object, abstract, or lists again.</param>
/// <param name="nulls">Whether each row is null (instead of empty); null when none is.</param>
public sealed class ListColumn(int[] offsets, Column items, bool[]? nulls = null) : Column
{
    /// <summary>Count + 1 ascending positions in <see cref="Items"/>.</summary>
    public int[] Offsets { get; } = offsets;

    /// <summary>The items of all rows.</summary>
    public Column Items { get; } = items;

    /// <summary>Which rows are null; null when none is.</summary>
    public bool[]? Nulls { get; } = nulls;

    /// <inheritdoc />
    public override int Count => Offsets.Length - 1;

    /// <inheritdoc />
    public override bool MayHaveNulls => Nulls is not null;

    /// <inheritdoc />
    public override bool IsNull(int row) => Nulls is not null && Nulls[row];
}
