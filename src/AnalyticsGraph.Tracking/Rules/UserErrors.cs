namespace AnalyticsGraph.Tracking.Rules;

/// <summary>What is wrong with a call, in a way its caller can mend.</summary>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Path">The input it is about: names and positions, beginning with <c>input</c>.</param>
public abstract record UserError(string Message, IReadOnlyList<string> Path);

/// <summary>A value that breaks a rule: too long, empty, out of its range.</summary>
public sealed record InvalidInputError(string Message, IReadOnlyList<string> Path) : UserError(Message, Path);

/// <summary>Something that was named does not exist, or may not be seen.</summary>
public sealed record NotFoundError(string Message, IReadOnlyList<string> Path) : UserError(Message, Path);

/// <summary>The name is taken.</summary>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Path">The input it is about.</param>
/// <param name="ExistingId">The internal id of the experiment that has it.</param>
public sealed record NameTakenError(string Message, IReadOnlyList<string> Path, long ExistingId) : UserError(Message, Path);

/// <summary>The record is deleted.</summary>
public sealed record NotActiveError(string Message, IReadOnlyList<string> Path) : UserError(Message, Path);

/// <summary>A param has another value already.</summary>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Path">The input it is about.</param>
/// <param name="Key">The param's name.</param>
/// <param name="Present">The value it has.</param>
public sealed record ParamConflictError(string Message, IReadOnlyList<string> Path, string Key, string Present) : UserError(Message, Path);

/// <summary>The client token was used before, for a call with other input.</summary>
public sealed record ClientTokenConflictError(string Message, IReadOnlyList<string> Path) : UserError(Message, Path);

/// <summary>What a change came to: a value, or all that was wrong.</summary>
/// <typeparam name="T">The value.</typeparam>
/// <param name="Value">The value; meaningful only without errors.</param>
/// <param name="Errors">What is wrong; empty when the change was made.</param>
public sealed record Outcome<T>(T? Value, IReadOnlyList<UserError> Errors)
{
    /// <summary>Whether the change was made.</summary>
    public bool Succeeded => Errors.Count == 0;
}

/// <summary>Makes outcomes.</summary>
internal static class Outcome
{
    public static Outcome<T> Of<T>(T value) => new(value, []);

    public static Outcome<T> Failed<T>(params IReadOnlyList<UserError> errors) => new(default, errors);
}
