using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Planning;

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
