using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// A list of input objects, kept field by field instead of object by object: what a list of a type is coerced to that <see cref="SchemaBindings.ReadInColumns"/> names. JSON is read straight into it,
/// without an object, a boxed number or a text of its own for each row.
/// </summary>
public sealed class InputColumns
{
    private readonly InputColumn[] _columns;

    // Which column the nth field of the object before was: clients write all objects of a list alike.
    private readonly int[] _order;

    private InputColumns(InputObjectType type)
    {
        _columns = [.. type.FieldList.Select(InputColumn.Of)];
        _order = [.. Enumerable.Range(0, _columns.Length)];
    }

    /// <summary>The number of objects.</summary>
    public int Count { get; private set; }

    internal ReadOnlySpan<InputColumn> Columns => _columns;

    /// <summary>The values of a field.</summary>
    /// <typeparam name="T">Its internal type (see <see cref="ScalarCoercion"/>); <see cref="object"/> for Duration, JSON, and scalars of one's own.</typeparam>
    /// <param name="field">The field's name.</param>
    /// <exception cref="ArgumentException">There is no such field, or its values are of another type.</exception>
    public InputColumn<T> Column<T>(string field) => Array.Find(_columns, column => column.Name == field) as InputColumn<T>
        ?? throw new ArgumentException($"There is no field '{field}' with values of type {typeof(T).Name}.", nameof(field));

    /// <summary>An object by itself, as it is where lists of its type are not kept in columns.</summary>
    /// <param name="row">Its place in the list.</param>
    public ArgumentValues Row(int row)
    {
        var values = new List<KeyValuePair<string, object?>>(_columns.Length);
        foreach (var column in _columns)
        {
            if (!column.IsAbsent(row))
            {
                values.Add(new(column.Name, column.ValueAt(row)));
            }
        }

        return values.Count == 0 ? ArgumentValues.Empty : new ArgumentValues([.. values]);
    }

    /// <summary>What is wrong with keeping lists of the type so; null for nothing.</summary>
    internal static string? FindFault(InputObjectType type) =>
        type.IsOneOf ? "is a OneOf input object"
        : type.FieldList.FirstOrDefault(field => field.Type.Nullable is not (ScalarType or EnumType)) is { } field ? $"has a field '{field.Name}' that is no scalar and no enum"
        : null;

    /// <summary>Whether lists of these items are kept so: items that may be null have no place in a column.</summary>
    internal static bool Keeps(ListType list, out InputObjectType type)
    {
        type = (list.ItemType as NonNullType)?.OfType as InputObjectType ?? null!;
        return type is { IsReadInColumns: true };
    }

    /// <summary>A coerced list as its type wants it. What has an item that is no object is not complete: an error has been told, or variables are not known yet.</summary>
    internal static object Of(ListType list, object?[] items)
    {
        if (!Keeps(list, out var type) || !Array.TrueForAll(items, item => item is ArgumentValues))
        {
            return items;
        }

        var columns = new InputColumns(type);
        foreach (var item in items)
        {
            foreach (var column in columns._columns)
            {
                if (((ArgumentValues)item!).TryGet(column.Name, out var value))
                {
                    column.Add(value);
                }
                else
                {
                    column.AddAbsent();
                }
            }

            columns.Count++;
        }

        return columns;
    }

    /// <summary>Reads a list, or the only item of one.</summary>
    /// <param name="reader">Stands at the value's first token; at its last one afterwards.</param>
    /// <param name="type">The items' type.</param>
    /// <returns>The list; null if anything is wrong or unusual.</returns>
    internal static InputColumns? TryRead(ref Utf8JsonReader reader, InputObjectType type)
    {
        var columns = new InputColumns(type);
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return columns.TryReadRow(ref reader) ? columns : null;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!columns.TryReadRow(ref reader))
            {
                return null;
            }
        }

        return columns;
    }

    private bool TryReadRow(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        for (var at = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; at++)
        {
            // A repeated name counts once, with its last value: that is left to the other reader.
            if (Find(ref reader, at) is not { } column || column.Count > Count)
            {
                return false;
            }

            reader.Read();
            if (!column.TryRead(ref reader))
            {
                return false;
            }
        }

        foreach (var column in _columns)
        {
            if (column.Count == Count && !column.TryAddMissing())
            {
                return false;
            }
        }

        Count++;
        return true;
    }

    private InputColumn? Find(ref Utf8JsonReader reader, int at)
    {
        if (reader.ValueIsEscaped || at >= _columns.Length)
        {
            return null;
        }

        if (_columns[_order[at]] is var guess && Ascii.Equals(reader.ValueSpan, guess.Name))
        {
            return guess;
        }

        for (var i = 0; i < _columns.Length; i++)
        {
            if (Ascii.Equals(reader.ValueSpan, _columns[i].Name))
            {
                _order[at] = i;
                return _columns[i];
            }
        }

        return null;
    }
}
