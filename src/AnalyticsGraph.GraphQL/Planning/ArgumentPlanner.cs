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

/// <summary>Where an argument's value comes from: a literal, a variable, its default, or nowhere.</summary>
internal sealed class ArgumentSource
{
    private readonly FieldDefinition _field;
    private readonly InputValueDefinition _definition;
    private readonly ValueNode? _literal;
    private readonly Location _fieldLocation;
    private readonly bool _isConstant;
    private readonly object? _constant;

    public ArgumentSource(FieldDefinition field, InputValueDefinition definition, ValueNode? literal, Location fieldLocation)
    {
        (_field, _definition, _literal, _fieldLocation) = (field, definition, literal, fieldLocation);
        DependsOnVariables = literal is not null && MentionsVariable(literal);
        if (literal is not null && !DependsOnVariables && ValueCoercion.TryCoerceLiteral(literal, definition.Type, null, out _constant, out _))
        {
            _isConstant = true;
        }
    }

    public string Name => _definition.Name;

    public bool DependsOnVariables { get; }

    /// <summary>The value for a request; false when there is none.</summary>
    public bool TryEvaluate(IReadOnlyDictionary<string, object?> variables, out object? value)
    {
        value = _constant;
        if (_isConstant)
        {
            return true;
        }

        if (_literal is null)
        {
            return UseDefault(out value);
        }

        if (_literal is VariableNode variable)
        {
            if (!variables.TryGetValue(variable.Name.Value, out value) && !_definition.IsRequired)
            {
                return UseDefault(out value);
            }

            // The variable's type fits the argument's, so that its coerced value is the argument's.
            if (value is not null)
            {
                return true;
            }
        }

        if (!ValueCoercion.TryCoerceLiteral(_literal, _definition.Type, variables, out value, out var errors))
        {
            throw Fault($"has invalid value{errors[0].PathText}: {errors[0].Message}", errors[0].Node?.Location ?? _literal.Location);
        }

        return true;
    }

    private bool UseDefault(out object? value)
    {
        value = _definition.HasDefault ? _definition.DefaultValue : null;
        return _definition.HasDefault || !_definition.Type.IsNonNull
            ? _definition.HasDefault
            : throw Fault($"of required type \"{_definition.Type}\" was not provided.", _fieldLocation);
    }

    private GraphQLException Fault(string what, Location location) =>
        new(new GraphQLError($"Argument \"{_field}({_definition.Name}:)\" {what}", ErrorCodes.BadUserInput) { Locations = [location] });

    private static bool MentionsVariable(ValueNode value) => value switch
    {
        VariableNode => true,
        ListValueNode list => list.Values.Any(MentionsVariable),
        ObjectValueNode input => input.Fields.Any(field => MentionsVariable(field.Value)),
        _ => false,
    };
}
