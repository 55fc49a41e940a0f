using System.Text.Json;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A field of the objects of a list, with its values' type.</summary>
/// <typeparam name="T">The internal type.</typeparam>
public sealed class InputColumn<T> : InputColumn
{
    private readonly ValueReader<T> _read;
    private readonly T? _default;

    // None while all values are the default.
    private T[]? _values;

    /// <summary>A column.</summary>
    /// <param name="field">The field.</param>
    /// <param name="read">Reads what most values look like; what it does not know is left to the scalar's coercion.</param>
    internal InputColumn(InputValueDefinition field, ValueReader<T> read)
        : base(field) => (_read, _default) = (read, field.DefaultValue is T value ? value : default);

    /// <summary>An object's value; that of the type where it has none (see <see cref="InputColumn.HasValue"/>).</summary>
    /// <param name="row">The object's place in the list.</param>
    public T? this[int row] => !HasValue(row) ? default : _values is null ? _default : _values[row];

    internal override object? ValueAt(int row) => HasValue(row) ? this[row] : null;

    private protected override bool TryReadValue(ref Utf8JsonReader reader)
    {
        if (_read(ref reader, out var value))
        {
            Set(value!);
            return true;
        }

        if (Field.Type.Nullable is ScalarType scalar && scalar.Coercion.TryReadJson(ref reader, out var read) && read is not null)
        {
            Set((T)read);
            return true;
        }

        return false;
    }

    private protected override void AddValue(object value)
    {
        if (_values is not null || !ReferenceEquals(value, Field.DefaultValue))
        {
            Set((T)value);
        }
    }

    private void Set(T value)
    {
        if (_values is null)
        {
            _values = new T[RoomFor(Count)];
            _values.AsSpan(0, Count).Fill(_default!);
        }
        else if (Count >= _values.Length)
        {
            Array.Resize(ref _values, RoomFor(Count));
        }

        _values[Count] = value;
    }
}

/// <summary>Reads the value that a reader stands at, never null.</summary>
/// <typeparam name="T">The internal type.</typeparam>
/// <param name="reader">Stands at the value's last token afterwards; where it was if the value could not be read.</param>
/// <param name="value">The internal value.</param>
/// <returns>Whether it could be read.</returns>
internal delegate bool ValueReader<T>(ref Utf8JsonReader reader, out T? value);
