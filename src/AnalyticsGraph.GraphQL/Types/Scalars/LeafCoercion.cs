using System.Text.Json;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>A scalar whose values are single tokens: a literal and a JSON value are read alike, and a refusal shows what was found.</summary>
internal abstract class LeafCoercion : ScalarCoercion
{
    public sealed override bool TryCoerceLiteral(ValueNode literal, IReadOnlyDictionary<string, object?>? variables, out object? value, out string? error)
    {
        error = null;
        return TryRead(literal, out value) || Refuse(RefusalOf(literal), LiteralText.Print(literal), out error);
    }

    public sealed override bool TryCoerceJson(JsonElement json, out object? value, out string? error)
    {
        error = null;
        return TryRead(json, out value) || Refuse(RefusalOf(json), JsonText.Inspect(json), out error);
    }

    protected abstract bool TryRead(ValueNode literal, out object? value);

    protected abstract bool TryRead(JsonElement json, out object? value);

    /// <summary>The message before the value that was found.</summary>
    protected abstract string RefusalOf(ValueNode literal);

    /// <summary>The message before the value that was found.</summary>
    protected abstract string RefusalOf(JsonElement json);

    private static bool Refuse(string refusal, string found, out string error)
    {
        error = $"{refusal}: {found}";
        return false;
    }
}

/// <summary>A scalar with one message for whatever it refuses.</summary>
internal abstract class PlainCoercion(string refusal) : LeafCoercion
{
    protected sealed override string RefusalOf(ValueNode literal) => refusal;

    protected sealed override string RefusalOf(JsonElement json) => refusal;
}
