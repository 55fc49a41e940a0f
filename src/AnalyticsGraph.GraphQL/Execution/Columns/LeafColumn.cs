namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A column of scalars or enum values.</summary>
public abstract class LeafColumn : Column
{
    /// <summary>Writes a row's value as JSON.</summary>
    /// <param name="row">A row that is not null.</param>
    /// <param name="writer">Where to.</param>
    public abstract void Write(int row, ResponseWriter writer);

    /// <summary>The most bytes that a value takes; 0 where that is not known, or where writing could fail.</summary>
    internal virtual int MostBytes => 0;

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
