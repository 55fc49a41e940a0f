using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>A change that is told by a mutation's coerced input.</summary>
/// <param name="operation">The mutation's name.</param>
/// <param name="input">Its input.</param>
/// <param name="caller">Whose it is.</param>
internal abstract class InputChange(string operation, ArgumentValues input, Caller caller) : Change(operation, caller, input.Get<string>("clientToken"))
{
    public ArgumentValues Input => input;

    public override byte[] Hash() => InputHash.Of(input);

    /// <summary>The internal id in a global id. What is no id of the type names nothing: it is told as such, among the other errors.</summary>
    public static long KeyOf(string? id, string type)
    {
        if (id is null)
            return -1;
        try
        {
            return GlobalId.ParseInt64(id, type);
        }
        catch (GraphQLException)
        {
            return -1;
        }
    }

    /// <summary>The internal id in a global id of the input.</summary>
    public long GivenKey(string name, string type) => KeyOf(input.Get<string>(name), type);

    /// <summary>Names and texts as they were given.</summary>
    public KeyText[] PairsOf(string name) =>
        [.. input.Get<object?[]>(name, []).Select(pair => new KeyText(((ArgumentValues)pair!).Get<string>("key")!, ((ArgumentValues)pair).Get<string>("value")!))];
}
