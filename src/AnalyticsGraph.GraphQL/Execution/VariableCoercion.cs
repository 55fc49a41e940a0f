using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Section 6.1.2: a request's variables to internal values.</summary>
public static class VariableCoercion
{
    /// <summary>How many errors are told before the rest is left out.</summary>
    public const int DefaultErrorLimit = 50;

    private static readonly CoercedVariables None = new(FrozenDictionary<string, object?>.Empty, []);

    /// <summary>Coerces the variables of an operation. All errors are told at once, up to the limit; each points at the definition of its variable.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="operation">A valid operation of it.</param>
    /// <param name="variables">The request's <c>variables</c>: an object, or null or undefined for none. Names that the operation does not define are passed over.</param>
    /// <param name="errorLimit">How many errors to tell.</param>
    /// <returns>The values or the errors.</returns>
    public static CoercedVariables Coerce(Schema schema, OperationDefinitionNode operation, JsonElement variables, int errorLimit = DefaultErrorLimit)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(operation);
        return new VariableReader(schema, operation).Read(variables, errorLimit);
    }

    /// <summary>Coerces one variable after the other, and gathers all errors.</summary>
    internal static CoercedVariables CoerceEach(Schema schema, OperationDefinitionNode operation, JsonElement variables, int errorLimit)
    {
        if (variables.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null or JsonValueKind.Undefined))
        {
            var message = $"The request's variables must be a JSON object with one entry per variable, found: {JsonText.Inspect(variables)}.";
            return None with { Errors = [new GraphQLError(message, ErrorCodes.BadUserInput)] };
        }

        if (operation.VariableDefinitions.IsEmpty)
        {
            return None;
        }

        var values = new Dictionary<string, object?>(operation.VariableDefinitions.Length, StringComparer.Ordinal);
        var errors = new List<GraphQLError>();

        // One more than may be told, so that it is seen when the limit is passed.
        var collector = new InputErrorCollector(int.Max(errorLimit, errorLimit + 1), suggest: true);
        var given = new GivenVariables(variables, operation.VariableDefinitions.Length);
        foreach (var definition in operation.VariableDefinitions)
        {
            CoerceOne(schema, definition, given.Find(definition.Variable.Name.Value), values, errors, collector);
            if (errors.Count > errorLimit)
            {
                errors.RemoveRange(errorLimit, errors.Count - errorLimit);
                errors.Add(new GraphQLError("Too many errors processing variables, error limit reached. Execution aborted.", ErrorCodes.BadUserInput));
                break;
            }
        }

        return errors.Count == 0 ? new CoercedVariables(values, []) : None with { Errors = [.. errors] };
    }

    private static void CoerceOne(
        Schema schema,
        VariableDefinitionNode definition,
        JsonElement given,
        Dictionary<string, object?> values,
        List<GraphQLError> errors,
        InputErrorCollector collector)
    {
        var name = definition.Variable.Name.Value;
        var type = TypeReference.Resolve(schema, definition.Type);
        if (type is not { IsInputType: true })
        {
            var message = $"Variable \"${name}\" expected value of type \"{definition.Type}\" which cannot be used as an input type.";
            errors.Add(new GraphQLError(message, ErrorCodes.BadUserInput) { Locations = [definition.Type.Location] });
            return;
        }

        var what = "value";
        object? value;
        if (given.ValueKind != JsonValueKind.Undefined)
        {
            value = new JsonCoercer(collector).Coerce(given, type);
        }
        else if (definition.DefaultValue is not null)
        {
            what = "default value";
            value = new LiteralCoercer(collector, variables: null).Coerce(definition.DefaultValue, type);
        }
        else if (type.IsNonNull)
        {
            value = new JsonCoercer(collector).Coerce(given, type);
        }
        else
        {
            return;
        }

        if (collector.Count == 0)
        {
            values[name] = value;
            return;
        }

        foreach (var error in collector.ToErrors())
        {
            errors.Add(new GraphQLError($"Variable \"${name}\" has invalid {what}{error.PathText}: {error.Message}", ErrorCodes.BadUserInput)
            {
                Locations = [definition.Location],
            });
        }

        collector.Clear();
    }

    /// <summary>The request's variables by name. Each look into a JSON object reads it whole: of many variables a table is made once.</summary>
    private readonly struct GivenVariables
    {
        private const int Few = 12;

        private readonly JsonElement _variables;
        private readonly Dictionary<string, JsonElement>? _byName;

        public GivenVariables(JsonElement variables, int wanted)
        {
            _variables = variables;
            if (wanted > Few && variables.ValueKind == JsonValueKind.Object)
            {
                _byName = new(StringComparer.Ordinal);
                foreach (var property in variables.EnumerateObject())
                {
                    _byName[property.Name] = property.Value;
                }
            }
        }

        /// <summary>The value, the last one if there are several; undefined if there is none.</summary>
        public JsonElement Find(string name)
        {
            if (_byName is not null)
            {
                return _byName.GetValueOrDefault(name);
            }

            return _variables.ValueKind == JsonValueKind.Object && _variables.TryGetProperty(name, out var value) ? value : default;
        }
    }
}
