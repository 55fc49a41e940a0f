namespace AnalyticsGraph.ClickHouse;

/// <summary>
/// A ClickHouse data type, parsed from its text, e.g. <c>Map(String, Array(Nullable(DateTime64(3, 'UTC'))))</c>. Immutable. Aliases are resolved: <c>Nested(...)</c> and
/// the geometric types are arrays and tuples, <c>SimpleAggregateFunction(f, T)</c> is T; <see cref="Text"/> keeps what was written.
/// </summary>
public sealed class ClickHouseType : IEquatable<ClickHouseType>
{
    internal ClickHouseType(string text, ClickHouseTypeKind kind) => (Text, Kind) = (text, kind);

    /// <summary>The type as ClickHouse writes it.</summary>
    public string Text { get; }

    /// <summary>The family.</summary>
    public ClickHouseTypeKind Kind { get; }

    /// <summary>The types inside: one for Nullable, LowCardinality and Array; key and value for Map; all elements for Tuple and Variant; else none.</summary>
    public IReadOnlyList<ClickHouseType> Elements { get; internal init; } = [];

    /// <summary>The names of a named tuple's elements; else null.</summary>
    public IReadOnlyList<string>? ElementNames { get; internal init; }

    /// <summary>FixedString's length in bytes, or the total digits of a Decimal; else 0.</summary>
    public int Precision { get; internal init; }

    /// <summary>The decimal digits of the fraction of Decimal, DateTime64, Time64; else 0.</summary>
    public int Scale { get; internal init; }

    /// <summary>The time zone named in DateTime64 or DateTime; null when it is the server's. Over HTTP the server leaves the zone of a plain DateTime column away; the instants are the same.</summary>
    public string? TimeZone { get; internal init; }

    /// <summary>An Enum's members; else none.</summary>
    public IReadOnlyList<KeyValuePair<string, short>> EnumMembers { get; internal init; } = [];

    /// <summary>Whether values may be NULL: Nullable(T), LowCardinality(Nullable(T)).</summary>
    public bool IsNullable => Kind == ClickHouseTypeKind.Nullable || (Kind == ClickHouseTypeKind.LowCardinality && Elements[0].IsNullable);

    /// <summary>The type without its Nullable and LowCardinality wrappers.</summary>
    public ClickHouseType Unwrapped => Kind is ClickHouseTypeKind.Nullable or ClickHouseTypeKind.LowCardinality ? Elements[0].Unwrapped : this;

    /// <summary>Parses a type's text.</summary>
    /// <exception cref="ClickHouseFormatException">The text is no type.</exception>
    public static ClickHouseType Parse(string text) => TypeParser.Parse(text);

    /// <summary>Parses a type's text.</summary>
    /// <exception cref="ClickHouseFormatException">The text is no type.</exception>
    public static implicit operator ClickHouseType(string text) => Parse(text);

    /// <summary>As the implicit conversion.</summary>
    public static ClickHouseType FromString(string text) => Parse(text);

    /// <inheritdoc />
    public bool Equals(ClickHouseType? other) => other is not null && other.Text == Text;

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ClickHouseType);

    /// <inheritdoc />
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc />
    public override string ToString() => Text;
}
