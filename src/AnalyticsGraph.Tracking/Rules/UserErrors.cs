using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Tracking.Entities;

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
/// <param name="TypeName">The type of the record that has it.</param>
/// <param name="ExistingKey">That record's internal id.</param>
public sealed record NameTakenError(string Message, IReadOnlyList<string> Path, string TypeName, long ExistingKey) : UserError(Message, Path)
{
    /// <summary>The global id of the record that has it.</summary>
    public string ExistingId => GlobalId.Of(TypeName, ExistingKey);
}

/// <summary>The record was changed since the version that the call was decided by.</summary>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Path">The input it is about.</param>
/// <param name="Present">The record's version now.</param>
public sealed record VersionConflictError(string Message, IReadOnlyList<string> Path, long Present) : UserError(Message, Path)
{
    internal static VersionConflictError Of(string noun, long present, long decided) =>
        new(
            EntityChange.IsPlural(noun)
                ? $"The {noun} were changed meanwhile: their version is {present}, not {decided}. Read them again and decide anew."
                : $"The {noun} was changed meanwhile: its version is {present}, not {decided}. Read it again and decide anew.",
            InputRules.Path("input", "version"), present);
}

/// <summary>Other records that are in use need this one.</summary>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Path">The input it is about.</param>
/// <param name="By">The relation to them.</param>
/// <param name="Count">How many there are.</param>
public sealed record InUseError(string Message, IReadOnlyList<string> Path, string By, long Count) : UserError(Message, Path);

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
