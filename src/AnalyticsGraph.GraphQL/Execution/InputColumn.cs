using System.Text.Json;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A field of the objects of a list: its values one after another.</summary>
public abstract class InputColumn
{
    private const int FewRows = 16;

    private readonly InputValueDefinition _field;
    private State _common;
    private State[]? _states;

    private protected InputColumn(InputValueDefinition field) => _field = field;

    private enum State : byte
    {
        Absent,
        Null,
        Given,
    }

    /// <summary>The field's name.</summary>
    public string Name => _field.Name;

    /// <summary>How many objects have been read.</summary>
    public int Count { get; private set; }

    internal InputValueDefinition Field => _field;

    /// <summary>Whether an object has a value, the default included, that is not null.</summary>
    /// <param name="row">The object's place in the list.</param>
    public bool HasValue(int row) => StateAt(row) == State.Given;

    /// <summary>How many objects have a value that is not null.</summary>
    internal int CountValues() => _states is null ? _common == State.Given ? Count : 0 : _states.AsSpan(0, Count).Count(State.Given);

    /// <summary>Whether an object leaves the field out, which has no default.</summary>
    internal bool IsAbsent(int row) => StateAt(row) == State.Absent;

    /// <summary>The internal value; null where there is none.</summary>
    internal abstract object? ValueAt(int row);

    /// <summary>A column for a field of a scalar or of an enum.</summary>
    internal static InputColumn Of(InputValueDefinition field) => field.Type.Nullable is EnumType type
        ? new InputColumn<string>(field, (ref reader, out name) => JsonReading.TryReadEnum(ref reader, type, out name))
        : ((ScalarType)field.Type.Nullable).Coercion.NewColumn(field);

    /// <summary>Reads the next object's value.</summary>
    internal bool TryRead(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            if (_field.Type.IsNonNull)
            {
                return false;
            }

            End(State.Null);
            return true;
        }

        if (!TryReadValue(ref reader))
        {
            return false;
        }

        End(State.Given);
        return true;
    }

    /// <summary>The next object leaves the field out: takes the default.</summary>
    /// <returns>False if it must not.</returns>
    internal bool TryAddMissing()
    {
        if (_field.HasDefault)
        {
            Add(_field.DefaultValue);
        }
        else if (_field.Type.IsNonNull)
        {
            return false;
        }
        else
        {
            AddAbsent();
        }

        return true;
    }

    /// <summary>Adds the next object's value.</summary>
    internal void Add(object? value)
    {
        if (value is not null)
        {
            AddValue(value);
        }

        End(value is null ? State.Null : State.Given);
    }

    /// <summary>The next object has no value, not even null.</summary>
    internal void AddAbsent() => End(State.Absent);

    /// <summary>The size of an array that so many rows are to be exceeded in.</summary>
    private protected static int RoomFor(int rows) => Math.Max(FewRows, 2 * rows);

    private protected abstract bool TryReadValue(ref Utf8JsonReader reader);

    private protected abstract void AddValue(object value);

    private State StateAt(int row) => _states is null ? _common : _states[row];

    private void End(State state)
    {
        if (Count == 0)
        {
            _common = state;
        }
        else if (_states is null && state != _common)
        {
            _states = new State[RoomFor(Count)];
            _states.AsSpan(0, Count).Fill(_common);
        }

        if (_states is not null)
        {
            if (Count == _states.Length)
            {
                Array.Resize(ref _states, RoomFor(Count));
            }

            _states[Count] = state;
        }

        Count++;
    }
}
