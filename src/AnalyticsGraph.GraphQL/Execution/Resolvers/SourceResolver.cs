using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A field that is a function of its parent's CLR object. An exception with an error is the error of its row alone.</summary>
internal sealed class SourceResolver<TSource, TValue>(Func<TSource, TValue> read) : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding) =>
        new Step(read, binding.ClrTypes.FactoryFor<TValue>(binding.Field.Definition.Type));

    public override string? FindFault(FieldDefinition field, ClrTypes clrTypes) => ColumnFactory.FindFault(typeof(TValue), field.Type, clrTypes);

    private sealed class Step(Func<TSource, TValue> read, ColumnFactory<TValue> factory) : ImmediateStep
    {
        public override Column Execute(ObjectBatch parents) => SourceRows.Read((TSource[])parents.Source, parents.Count, read, factory);
    }
}

/// <summary>A field that is a function of its parent's CLR object and its arguments.</summary>
internal sealed class SourceContextResolver<TSource, TValue>(Func<TSource, StepContext, TValue> read) : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding) =>
        new Step(read, binding.ClrTypes.FactoryFor<TValue>(binding.Field.Definition.Type));

    public override string? FindFault(FieldDefinition field, ClrTypes clrTypes) => ColumnFactory.FindFault(typeof(TValue), field.Type, clrTypes);

    private sealed class Step(Func<TSource, StepContext, TValue> read, ColumnFactory<TValue> factory) : FieldStep
    {
        public override ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context) =>
            new(SourceRows.Read((TSource[])parents.Source, parents.Count, source => read(source, context), factory));
    }
}

/// <summary>Reads one value from each object of a batch.</summary>
internal static class SourceRows
{
    public static Column Read<TSource, TValue>(TSource[] sources, int count, Func<TSource, TValue> read, ColumnFactory<TValue> factory)
    {
        var values = new TValue[count];
        var row = 0;
        Dictionary<int, GraphQLError>? errors = null;
        while (row < count)
        {
            try
            {
                for (; row < count; row++)
                {
                    values[row] = read(sources[row]);
                }
            }
            catch (GraphQLException exception)
            {
                (errors ??= [])[row++] = exception.Error;
            }
        }

        return factory.Create(values, null).WithErrors(errors);
    }
}
