using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Which CLR types can be written as which scalars, and how.</summary>
internal static class LeafColumnFactories
{
    // ID is written as a string, whatever its CLR type (section 3.5.5).
    private static readonly Dictionary<Type, object> Ids = Table(
        Of<string>((values, _) => new StringColumn(values)),
        Of<Guid>((values, nulls) => new GuidColumn(values, nulls)),
        Of<int>((values, nulls) => new StringColumn(Texts(values, nulls), nulls is not null)),
        Of<long>((values, nulls) => new StringColumn(Texts(values, nulls), nulls is not null)));

    private static readonly Dictionary<Type, object> Ints = Table(
        Of<int>((values, nulls) => new Int32Column(values, nulls)),
        Of<short>((values, nulls) => new Int32Column(Array.ConvertAll(values, value => (int)value), nulls)),
        Of<ushort>((values, nulls) => new Int32Column(Array.ConvertAll(values, value => (int)value), nulls)),
        Of<byte>((values, nulls) => new Int32Column(Array.ConvertAll(values, value => (int)value), nulls)));

    private static readonly Dictionary<Type, object> Longs = new(Ints)
    {
        [typeof(long)] = Of<long>((values, nulls) => new Int64Column(values, nulls)).Factory,
        [typeof(uint)] = Of<uint>((values, nulls) => new Int64Column(Array.ConvertAll(values, value => (long)value), nulls)).Factory,
    };

    private static readonly Dictionary<Type, object> Doubles = new(Longs)
    {
        [typeof(double)] = Of<double>((values, nulls) => new DoubleColumn(values, nulls)).Factory,
        [typeof(float)] = Of<float>((values, nulls) => new SingleColumn(values, nulls)).Factory,
        [typeof(decimal)] = Of<decimal>((values, nulls) => new DecimalColumn(values, nulls)).Factory,
    };

    private static readonly Dictionary<Type, object> Strings = Table(
        Of<string>((values, _) => new StringColumn(values)),
        Of<Guid>((values, nulls) => new GuidColumn(values, nulls)));

    private static readonly Dictionary<Type, object> Booleans = Table(Of<bool>((values, nulls) => new BooleanColumn(values, nulls)));

    private static readonly Dictionary<Type, object> Moments = Table(
        Of<DateTime>((values, nulls) => new DateTimeColumn(Array.ConvertAll(values, UnixMicroseconds), nulls)),
        Of<DateTimeOffset>((values, nulls) => new DateTimeColumn(Array.ConvertAll(values, value => UnixMicroseconds(value.UtcDateTime)), nulls)));

    private static readonly Dictionary<Type, object> Durations = Table(Of<TimeSpan>((values, nulls) => new DurationColumn(values, nulls)));

    private static readonly Dictionary<Type, object> Json = Table(Of<JsonElement>((values, nulls) => new JsonColumn(values, nulls)));

    private static readonly Dictionary<string, Dictionary<Type, object>> ByScalar = new(StringComparer.Ordinal)
    {
        ["ID"] = Ids,
        ["Int"] = Ints,
        ["Long"] = Longs,
        ["Float"] = Doubles,
        ["Double"] = Doubles,
        ["String"] = Strings,
        ["Boolean"] = Booleans,
        ["DateTime"] = Moments,
        ["Duration"] = Durations,
        ["JSON"] = Json,
    };

    // A scalar that nobody describes is written as what its CLR type suggests.
    private static readonly Dictionary<Type, object> Any =
        new(Doubles.Concat(Strings).Concat(Booleans).Concat(Moments).Concat(Durations).Concat(Json));

    /// <summary>The factory of strings.</summary>
    public static object Text => Strings[typeof(string)];

    /// <summary>The factory, or null where the CLR type does not fit the scalar.</summary>
    public static object? Find(Type clrType, ScalarType scalar) => For(scalar).GetValueOrDefault(clrType);

    /// <summary>What would fit, for an error.</summary>
    public static string Expected(ScalarType scalar) => $"{string.Join(", ", For(scalar).Keys.Select(type => type.Name))} fit";

    private static Dictionary<Type, object> For(ScalarType scalar) => ByScalar.GetValueOrDefault(scalar.Name, Any);

    private static (Type Type, object Factory) Of<T>(Func<T[], bool[]?, Column> create) => (typeof(T), new DelegateColumnFactory<T>(create));

    private static Dictionary<Type, object> Table(params (Type Type, object Factory)[] entries) =>
        entries.ToDictionary(entry => entry.Type, entry => entry.Factory);

    private static string?[] Texts<T>(T[] values, bool[]? nulls)
        where T : IFormattable
    {
        var texts = new string?[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            texts[i] = nulls is not null && nulls[i] ? null : values[i].ToString(null, CultureInfo.InvariantCulture);
        }

        return texts;
    }

    // A DateTime without a kind is taken as UTC: the stores know no other.
    private static long UnixMicroseconds(DateTime value) =>
        ((value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private sealed class DelegateColumnFactory<T>(Func<T[], bool[]?, Column> create) : ColumnFactory<T>
    {
        public override Column Create(T[] values, bool[]? nulls) => create(values, nulls);
    }
}
