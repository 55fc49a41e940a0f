using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// Reads the variables of one operation from JSON in one pass, its types and defaults looked up once. What cannot be read so (values that do not fit, names given twice) is left to
/// <see cref="VariableCoercion"/>, which tells what is wrong.
/// </summary>
internal sealed class VariableReader
{
    // Names are found by comparing.
    private const int MostVariables = 32;

    private static readonly CoercedVariables None = new(FrozenDictionary<string, object?>.Empty, []);

    private readonly Schema _schema;
    private readonly OperationDefinitionNode _operation;
    private readonly Variable[]? _variables;

    public VariableReader(Schema schema, OperationDefinitionNode operation)
    {
        (_schema, _operation) = (schema, operation);
        if (operation.VariableDefinitions.Length > MostVariables)
        {
            return;
        }

        var variables = new List<Variable>(operation.VariableDefinitions.Length);
        foreach (var definition in operation.VariableDefinitions)
        {
            object? value = null;
            if (TypeReference.Resolve(schema, definition.Type) is not { IsInputType: true } type
                || (definition.DefaultValue is { } literal && !ValueCoercion.TryCoerceLiteral(literal, type, null, out value, out _)))
            {
                return;
            }

            variables.Add(new Variable(definition.Variable.Name.Value, type, definition.DefaultValue is not null, value));
        }

        _variables = [.. variables];
    }

    /// <summary>Reads variables that were parsed already; undefined for none.</summary>
    public CoercedVariables Read(JsonElement json, int errorLimit = VariableCoercion.DefaultErrorLimit) =>
        TryRead(json.ValueKind == JsonValueKind.Undefined ? default : JsonMarshal.GetRawUtf8Value(json)) ?? VariableCoercion.CoerceEach(_schema, _operation, json, errorLimit);

    /// <summary>Reads variables.</summary>
    /// <param name="json">Well-formed JSON.</param>
    public CoercedVariables Read(ReadOnlySpan<byte> json)
    {
        if (TryRead(json) is { } read)
        {
            return read;
        }

        var reader = new Utf8JsonReader(json, JsonReading.ReaderOptions);
        return VariableCoercion.CoerceEach(_schema, _operation, JsonElement.ParseValue(ref reader), VariableCoercion.DefaultErrorLimit);
    }

    private CoercedVariables? TryRead(ReadOnlySpan<byte> json)
    {
        if (_variables is null)
        {
            return null;
        }

        if (_variables.Length == 0 && json.IsEmpty)
        {
            return None;
        }

        var values = new Dictionary<string, object?>(_variables.Length, StringComparer.Ordinal);
        if (!json.IsEmpty && !TryReadGiven(json, values))
        {
            return null;
        }

        foreach (var variable in _variables)
        {
            if (values.ContainsKey(variable.Name))
            {
                continue;
            }

            if (variable.HasDefault)
            {
                values.Add(variable.Name, variable.Default);
            }
            else if (variable.Type.IsNonNull)
            {
                return null;
            }
        }

        return values.Count == 0 ? None : new CoercedVariables(values, []);
    }

    private bool TryReadGiven(ReadOnlySpan<byte> json, Dictionary<string, object?> values)
    {
        var reader = new Utf8JsonReader(json, JsonReading.ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return reader.TokenType == JsonTokenType.Null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueIsEscaped)
            {
                return false;
            }

            var found = Find(reader.ValueSpan);
            reader.Read();
            if (found is not { } variable)
            {
                reader.Skip();
            }
            else if (!JsonReading.TryRead(ref reader, variable.Type, out var value) || !values.TryAdd(variable.Name, value))
            {
                return false;
            }
        }

        return true;
    }

    private Variable? Find(ReadOnlySpan<byte> name)
    {
        foreach (var variable in _variables!)
        {
            if (Ascii.Equals(name, variable.Name))
            {
                return variable;
            }
        }

        return null;
    }

    private sealed record Variable(string Name, GraphQLType Type, bool HasDefault, object? Default);
}
