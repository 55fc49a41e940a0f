using System.Globalization;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>
/// One mutation on its way: what it asks in the first round trip, what it decides by the answers, what it writes in the second. Both are one transaction. Errors of the input and of
/// the present state are collected, so that a caller is told all of them at once; with any of them, nothing is written.
/// </summary>
/// <param name="operation">The mutation's name.</param>
/// <param name="caller">Whose it is.</param>
/// <param name="token">Its client token, or null.</param>
internal abstract class Change(string operation, Caller caller, string? token)
{
    private readonly List<(Statement Statement, Action<NpgsqlDataReader> Row)> _questions = [];
    private readonly List<Statement> _statements = [];
    private readonly List<Action> _told = [];

    public string Operation => operation;

    public Caller Caller => caller;

    public InputRules Rules { get; } = new();

    /// <summary>The internal id that the payload is read by.</summary>
    public long Answer { get; protected set; }

    public IReadOnlyList<(Statement Statement, Action<NpgsqlDataReader> Row)> Questions => _questions;

    public IReadOnlyList<Statement> Statements => _statements;

    /// <summary>The client token; null without one, and while anything is wrong, for then there is no answer to remember.</summary>
    public string? Token => Rules.Errors.Count == 0 ? token : null;

    /// <summary>A hash of what the call asks for, its token left out.</summary>
    public abstract byte[] Hash();

    /// <summary>The answer as JSON: what is remembered with the client token.</summary>
    public virtual string Remember() => Answer.ToString(CultureInfo.InvariantCulture);

    /// <summary>Takes the answer of the first call with the client token.</summary>
    public virtual void Recall(string remembered) => Answer = long.Parse(remembered, CultureInfo.InvariantCulture);

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
    /// <param name="statement">The question, a SELECT.</param>
    /// <param name="row">Takes each row of the answer.</param>
    public void Ask(Statement statement, Action<NpgsqlDataReader> row) => _questions.Add((statement, row));

    /// <summary>Adds a statement to the second round trip.</summary>
    public void Write(Statement statement) => _statements.Add(statement);

    /// <summary>Does something once it is committed.</summary>
    public void WhenCommitted(Action tell) => _told.Add(tell);

    /// <summary>Whether nothing is wrong with an input so far.</summary>
    public bool IsValid(string name) => !Rules.Errors.Any(error => error.Path.Count > 1 && error.Path[1] == name);

    protected void CheckToken() => Rules.Token(token);
}
