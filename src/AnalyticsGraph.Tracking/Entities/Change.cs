using System.Globalization;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>
/// One mutation on its way: what it asks in the first round trip, what it decides by the answers, what it writes in the second. Both are one transaction. Errors of the input and of
/// the present state are collected, so that a caller is told all of them at once; with any of them, nothing is written.
/// </summary>
/// <param name="operation">The mutation's name.</param>
/// <param name="input">Its coerced input.</param>
/// <param name="caller">Whose it is.</param>
internal abstract class Change(string operation, ArgumentValues input, Caller caller)
{
    private readonly List<(Statement Statement, Action<NpgsqlDataReader> Row)> _questions = [];
    private readonly List<Statement> _statements = [];
    private readonly List<Action> _told = [];

    public string Operation => operation;

    public ArgumentValues Input => input;

    public Caller Caller => caller;

    public InputRules Rules { get; } = new();

    /// <summary>The internal id that the payload is read by.</summary>
    public long Answer { get; protected set; }

    /// <summary>The answer as JSON: what is remembered with the client token.</summary>
    public virtual string Remember() => Answer.ToString(CultureInfo.InvariantCulture);

    /// <summary>Takes the answer of the first call with the client token.</summary>
    public virtual void Recall(string remembered) => Answer = long.Parse(remembered, CultureInfo.InvariantCulture);

    public IReadOnlyList<(Statement Statement, Action<NpgsqlDataReader> Row)> Questions => _questions;

    public IReadOnlyList<Statement> Statements => _statements;

    /// <summary>The client token; null without one, and while anything is wrong, for then there is no answer to remember.</summary>
    public string? Token => Rules.Errors.Count == 0 ? input.Get<string>("clientToken") : null;

    /// <summary>Checks the input and asks what else must be known. Questions lock what the decision depends on, in this order: what is referred to, run counters, the record itself.</summary>
    public abstract void Prepare();

    /// <summary>Decides by the answers, and writes unless something is wrong.</summary>
    public abstract void Decide();

    /// <summary>After the commit.</summary>
    public void Tell()
    {
        foreach (var tell in _told)
            tell();
    }

    /// <summary>Adds a statement to the first round trip.</summary>
    /// <param name="statement">The question.</param>
    /// <param name="row">Takes each row of the answer.</param>
    public void Ask(Statement statement, Action<NpgsqlDataReader> row) => _questions.Add((statement, row));

    /// <summary>Adds a statement to the second round trip.</summary>
    public void Write(Statement statement) => _statements.Add(statement);

    /// <summary>Does something once it is committed.</summary>
    public void WhenCommitted(Action tell) => _told.Add(tell);

    /// <summary>Whether nothing is wrong with an input so far.</summary>
    public bool IsValid(string name) => !Rules.Errors.Any(error => error.Path.Count > 1 && error.Path[1] == name);

    /// <summary>The internal id in a global id. What is no id of the type names nothing: it is told as such, among the other errors.</summary>
    public long GivenKey(string name, string type) => KeyOf(input.Get<string>(name), type);

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

    /// <summary>Names and texts as they were given.</summary>
    public KeyText[] PairsOf(string name) =>
        [.. input.Get<object?[]>(name, []).Select(pair => new KeyText(((ArgumentValues)pair!).Get<string>("key")!, ((ArgumentValues)pair).Get<string>("value")!))];

    protected void CheckToken() => Rules.Token(input.Get<string>("clientToken"));
}
