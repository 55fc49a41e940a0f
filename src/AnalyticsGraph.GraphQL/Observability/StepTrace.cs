using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Observability;

/// <summary>A field's step that ran for all parents of a level.</summary>
public sealed class StepTrace
{
    private static readonly AsyncLocal<StepTrace?> Running = new();

    internal StepTrace(PlannedField field, string path, int parents) => (Field, Path, Parents) = (field, path, parents);

    /// <summary>The step that asks, if its request is traced: known as long as its code runs, whatever it has waited for. A dispatcher that asks for steps has to keep it with their questions.</summary>
    public static StepTrace? Current => Running.Value;

    /// <summary>The response names on the way to the field, with dots between; those of lists have no index, for the step runs for all items.</summary>
    public string Path { get; }

    internal PlannedField Field { get; }

    internal int Parents { get; }

    internal int Rows { get; private set; }

    internal string? ErrorCode { get; private set; }

    internal TraceClock Clock { get; } = new();

    // An async method's changes of what flows with the execution end with its first return: the caller's step stays what it was.
    internal async ValueTask<Column> RunAsync(ObjectBatch parents, StepContext context)
    {
        Running.Value = this;
        try
        {
            var column = await Field.Step!.ExecuteAsync(parents, context).ConfigureAwait(false);
            Rows = RowsOf(column);
            return column;
        }
        catch (Exception exception)
        {
            ErrorCode = (exception as Errors.GraphQLException)?.Error.Code ?? Errors.ErrorCodes.Internal;
            throw;
        }
        finally
        {
            Clock.Stop();
        }
    }

    private static int RowsOf(Column column) => column switch
    {
        ListColumn list => list.Items.Count,
        ObjectColumn objects => objects.Objects.Count,
        AbstractColumn objects => objects.Batches.Sum(batch => batch.Count),
        _ => column.Count,
    };
}
