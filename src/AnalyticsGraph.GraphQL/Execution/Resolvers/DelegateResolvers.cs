using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A field that a delegate resolves for all parents at once.</summary>
internal sealed class BatchResolver(Func<ObjectBatch, StepContext, ValueTask<Column>> resolve) : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding) => new Step(resolve);

    private sealed class Step(Func<ObjectBatch, StepContext, ValueTask<Column>> resolve) : FieldStep
    {
        public override ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context) => resolve(parents, context);
    }
}

/// <summary>A field with one value for the whole request, typically of a root type: asked once, the same in every row.</summary>
internal sealed class RequestResolver<TValue>(Func<StepContext, ValueTask<TValue>> resolve) : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding) =>
        new Step(resolve, binding.ClrTypes.FactoryFor<TValue>(binding.Field.Definition.Type));

    public override string? FindFault(FieldDefinition field, ClrTypes clrTypes) => ColumnFactory.FindFault(typeof(TValue), field.Type, clrTypes);

    private sealed class Step(Func<StepContext, ValueTask<TValue>> resolve, ColumnFactory<TValue> factory) : FieldStep
    {
        public override ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
        {
            var task = resolve(context);
            return task.IsCompletedSuccessfully ? new ValueTask<Column>(ToColumn(task.Result, parents.Count)) : AwaitAsync(task, parents.Count);
        }

        private async ValueTask<Column> AwaitAsync(ValueTask<TValue> task, int count) => ToColumn(await task.ConfigureAwait(false), count);

        private Column ToColumn(TValue value, int count)
        {
            var values = new TValue[count];
            Array.Fill(values, value);
            return factory.Create(values, null);
        }
    }
}
