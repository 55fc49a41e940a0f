using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>An object within an aggregate: the same groups, seen through a field.</summary>
/// <param name="isField">Whether it is named like a field of the rows; else it stands for the rows themselves.</param>
internal sealed class AggregatePartResolver(bool isField) : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var context = AggregateContext.Of(binding);
        return new Step((ObjectType)binding.Field.Definition.Type.Named, isField ? context.Inner(binding.Field.Definition.Name) : context);
    }

    private sealed class Step(ObjectType type, AggregateContext context) : ImmediateStep
    {
        public override object ChildContext => context;

        public override Column Execute(ObjectBatch parents) => new ObjectColumn(new ObjectBatch(type, parents.Count, parents.Source));
    }
}

/// <summary>What a function yields for the field whose aggregates the parent is; of the aggregate itself, how many rows a group has.</summary>
internal sealed class MeasureResolver : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var context = AggregateContext.Of(binding);
        var measure = context.Leaf is null ? AggregateMeasure.Rows : new AggregateMeasure(context.Leaf, context.Prefix, AggregateFunctions.Parse(binding.Field.Definition.Name));
        return new Step(context.Measures.IndexOf(measure), measure.Result);
    }

    private sealed class Step(int ordinal, LeafField result) : ImmediateStep
    {
        public override Column Execute(ObjectBatch parents) => LeafStep.ToColumn(((AggregateRows)parents.Source).Measure(ordinal), result, isTrustedJson: true);
    }
}

/// <summary>A value that rows were grouped by, under its own name.</summary>
internal sealed class GroupValueResolver : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding) => new Step(AggregateContext.Of(binding).Path + binding.Field.Definition.Name);

    private sealed class Step(string path) : ImmediateStep
    {
        public override Column Execute(ObjectBatch parents)
        {
            var rows = (AggregateRows)parents.Source;
            return rows.Keys.FirstOrDefault(key => key.Path == path) is { } key ? rows.ColumnOf(key)
                : throw InputErrors.Bad($"The groups have no one `{path}`: `groupBy` does not name it.");
        }
    }
}

/// <summary>All that rows were grouped by, in the order of <c>groupBy</c>.</summary>
internal sealed class GroupKeysResolver : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding) => new Step();

    private sealed class Step : ImmediateStep
    {
        public override Column Execute(ObjectBatch parents)
        {
            var rows = (AggregateRows)parents.Source;
            var columns = rows.Keys.Select(rows.ColumnOf).ToArray();
            var offsets = new int[rows.Count + 1];
            for (var row = 0; row < offsets.Length; row++)
            {
                offsets[row] = row * columns.Length;
            }

            return new ListColumn(offsets, new KeysColumn(columns, rows.Count * columns.Length) { Errors = ErrorsOf(columns) });
        }

        private static Dictionary<int, GraphQLError>? ErrorsOf(LeafColumn[] columns)
        {
            var errors = columns.SelectMany((column, i) => (column.Errors ?? new Dictionary<int, GraphQLError>()).Select(error => ((error.Key * columns.Length) + i, error.Value))).ToList();
            return errors.Count == 0 ? null : errors.ToDictionary(error => error.Item1, error => error.Value);
        }
    }

    private sealed class KeysColumn(LeafColumn[] columns, int count) : LeafColumn
    {
        public override int Count => count;

        public override bool MayHaveNulls => true;

        public override bool IsNull(int row) => columns[row % columns.Length].IsNull(row / columns.Length);

        public override void Write(int row, ResponseWriter writer) => columns[row % columns.Length].Write(row / columns.Length, writer);
    }
}
