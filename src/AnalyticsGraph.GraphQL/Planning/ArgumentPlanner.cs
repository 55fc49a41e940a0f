using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>Section 6.4.1, CoerceArgumentValues, done at planning as far as no variable is needed.</summary>
internal static class ArgumentPlanner
{
    private static readonly ArgumentPlan None = new ConstantArguments(ArgumentValues.Empty);

    public static ArgumentPlan Plan(FieldDefinition field, FieldNode node)
    {
        if (field.Arguments.Count == 0)
        {
            return None;
        }

        var sources = new List<ArgumentSource>(field.Arguments.Count);
        foreach (var definition in field.Arguments.Values)
        {
            var literal = node.Arguments.ValueOf(definition.Name);
            sources.Add(new ArgumentSource(field, definition, literal, node.Location));
        }

        if (sources.TrueForAll(source => !source.DependsOnVariables))
        {
            try
            {
                return new ConstantArguments(VariableArguments.Evaluate(sources, new Dictionary<string, object?>()));
            }
            catch (GraphQLException exception)
            {
                return new FailingArguments(exception.Error);
            }
        }

        return new VariableArguments(sources);
    }

    private sealed class ConstantArguments(ArgumentValues values) : ArgumentPlan
    {
        public override ArgumentValues? Constant => values;

        public override ArgumentValues Evaluate(IReadOnlyDictionary<string, object?> variables) => values;
    }

    private sealed class FailingArguments(GraphQLError error) : ArgumentPlan
    {
        public override ArgumentValues? Constant => null;

        public override ArgumentValues Evaluate(IReadOnlyDictionary<string, object?> variables) => throw new GraphQLException(error);
    }

    private sealed class VariableArguments(List<ArgumentSource> sources) : ArgumentPlan
    {
        public override ArgumentValues? Constant => null;

        public override ArgumentValues Evaluate(IReadOnlyDictionary<string, object?> variables) => Evaluate(sources, variables);

        public static ArgumentValues Evaluate(List<ArgumentSource> sources, IReadOnlyDictionary<string, object?> variables)
        {
            var values = new KeyValuePair<string, object?>[sources.Count];
            var count = 0;
            foreach (var source in sources)
            {
                if (source.TryEvaluate(variables, out var value))
                {
                    values[count++] = new KeyValuePair<string, object?>(source.Name, value);
                }
            }

            return new ArgumentValues(count == values.Length ? values : values[..count]);
        }
    }
}
