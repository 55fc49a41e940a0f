using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// Reads JSON straight into internal values, in one pass. Whatever is wrong, or unusual, ends it without a word: <see cref="JsonCoercer"/> then reads the value again, and tells what it is.
/// </summary>
internal static class JsonReading
{
    // So many places lie on the stack for each level of an object.
    private const int MostGiven = 64;

    /// <summary>As lenient as whoever parsed a JSON element may have been.</summary>
    public static JsonReaderOptions ReaderOptions { get; } = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 1024 };

    /// <summary>Reads a value.</summary>
    /// <param name="json">The value; undefined where it was not given.</param>
    /// <param name="type">An input type.</param>
    /// <param name="value">The internal value.</param>
    /// <returns>Whether it could be read.</returns>
    public static bool TryRead(JsonElement json, GraphQLType type, out object? value)
    {
        value = null;
        if (json.ValueKind == JsonValueKind.Undefined)
        {
            return false;
        }

        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(json), ReaderOptions);
        reader.Read();
        return TryRead(ref reader, type, out value);
    }

    /// <summary>Reads a value.</summary>
    /// <param name="reader">Stands at the value's first token; at its last one afterwards.</param>
    /// <param name="type">An input type.</param>
    /// <param name="value">The internal value.</param>
    /// <returns>Whether it could be read.</returns>
    public static bool TryRead(ref Utf8JsonReader reader, GraphQLType type, out object? value)
    {
        value = null;
        return reader.TokenType == JsonTokenType.Null ? !type.IsNonNull : type.Nullable switch
        {
            ScalarType scalar => scalar.Coercion.TryReadJson(ref reader, out value),
            InputObjectType inputObject => TryReadObject(ref reader, inputObject, out value),
            ListType list => TryReadList(ref reader, list, out value),
            EnumType enumType => TryReadEnum(ref reader, enumType, out value),
            _ => false,
        };
    }

    private static bool TryReadList(ref Utf8JsonReader reader, ListType list, out object? value)
    {
        if (InputColumns.Keeps(list, out var type))
        {
            value = InputColumns.TryRead(ref reader, type);
            return value is not null;
        }

        value = null;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            var isRead = TryRead(ref reader, list.ItemType, out var single);
            value = new[] { single };
            return isRead;
        }

        var items = new object?[4];
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!TryRead(ref reader, list.ItemType, out var item))
            {
                return false;
            }

            if (count == items.Length)
            {
                Array.Resize(ref items, 2 * count);
            }

            items[count++] = item;
        }

        value = count == items.Length ? items : items[..count];
        return true;
    }

    private static bool TryReadObject(ref Utf8JsonReader reader, InputObjectType type, out object? value)
    {
        value = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var fields = new FieldValues(stackalloc int[MostGiven], type.RequiredOrDefaulted.Length + 1);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // A repeated name counts once, with its last value: that is left to the other reader.
            if (Find(ref reader, type.FieldList) is not { } field || fields.Has(field) || fields.Count == MostGiven)
            {
                return false;
            }

            reader.Read();
            if (!TryRead(ref reader, field.Type, out var given))
            {
                return false;
            }

            fields.Add(field, given);
        }

        if (type.IsOneOf && fields is not { Count: 1, HasNull: false })
        {
            return false;
        }

        foreach (var missing in type.RequiredOrDefaulted)
        {
            if (fields.Has(missing))
            {
                continue;
            }

            if (!missing.HasDefault || fields.Count == MostGiven)
            {
                return false;
            }

            fields.Add(missing, missing.DefaultValue);
        }

        value = fields.ToValues();
        return true;
    }

    private static InputValueDefinition? Find(ref Utf8JsonReader reader, ImmutableArray<InputValueDefinition> fields)
    {
        if (!reader.ValueIsEscaped)
        {
            foreach (var field in fields)
            {
                if (Ascii.Equals(reader.ValueSpan, field.Name))
                {
                    return field;
                }
            }
        }

        return null;
    }

    /// <summary>Reads a value of an enum: the definition's own string.</summary>
    public static bool TryReadEnum(ref Utf8JsonReader reader, EnumType type, out string? name)
    {
        name = reader.TokenType == JsonTokenType.String && type.Values.TryGetValue(reader.GetString()!, out var known) ? known.Name : null;
        return name is not null;
    }

    private static bool TryReadEnum(ref Utf8JsonReader reader, EnumType type, out object? value)
    {
        var isRead = TryReadEnum(ref reader, type, out string? name);
        value = name;
        return isRead;
    }

    /// <summary>The fields of one object, kept in the order of the type.</summary>
    private ref struct FieldValues(Span<int> places, int expected)
    {
        private readonly Span<int> _places = places;
        private KeyValuePair<string, object?>[] _values = new KeyValuePair<string, object?>[expected];

        public int Count { get; private set; }

        public bool HasNull { get; private set; }

        public readonly bool Has(InputValueDefinition field) => _places[..Count].Contains(field.Index);

        public void Add(InputValueDefinition field, object? value)
        {
            if (Count == _values.Length)
            {
                Array.Resize(ref _values, 2 * Count);
            }

            var at = Count++;
            for (; at > 0 && _places[at - 1] > field.Index; at--)
            {
                (_places[at], _values[at]) = (_places[at - 1], _values[at - 1]);
            }

            (_places[at], _values[at]) = (field.Index, new(field.Name, value));
            HasNull |= value is null;
        }

        public readonly ArgumentValues ToValues() => Count == 0 ? ArgumentValues.Empty : new ArgumentValues(Count == _values.Length ? _values : _values[..Count]);
    }
}
