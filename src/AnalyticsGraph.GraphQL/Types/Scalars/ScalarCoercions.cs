using System.Collections.Frozen;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>The coercions of the specification's scalars and of those this project adds.</summary>
public static class ScalarCoercions
{
    /// <summary>By the scalar's name: Int, Float, String, Boolean, ID, Long, Double, DateTime, Duration, JSON.</summary>
    public static FrozenDictionary<string, ScalarCoercion> All { get; } = new Dictionary<string, ScalarCoercion>
    {
        ["Int"] = new IntCoercion(),
        ["Float"] = new FloatCoercion(),
        ["String"] = new StringCoercion(),
        ["Boolean"] = new BooleanCoercion(),
        ["ID"] = new IdCoercion(),
        ["Long"] = new LongCoercion(),
        ["Double"] = new DoubleCoercion(),
        ["DateTime"] = new DateTimeCoercion(),
        ["Duration"] = new DurationCoercion(),
        ["JSON"] = new JsonCoercion(),
    }.ToFrozenDictionary();

    /// <summary>Passes any JSON through: what a scalar has that nobody describes.</summary>
    internal static ScalarCoercion Json => All["JSON"];

    internal static IReadOnlyDictionary<string, ScalarCoercion> None => FrozenDictionary<string, ScalarCoercion>.Empty;
}
