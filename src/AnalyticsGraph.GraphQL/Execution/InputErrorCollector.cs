using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Gathers the errors of one input value, and knows where in the value the walk stands. The path is only copied when an error is told.</summary>
/// <param name="limit">How many errors are kept; the walk ends there.</param>
/// <param name="suggest">Whether messages may name what exists ("did you mean").</param>
internal sealed class InputErrorCollector(int limit, bool suggest)
{
    private readonly List<(string? Name, int Index)> _path = [];
    private ImmutableArray<InputError>.Builder? _errors;

    public int Count => _errors?.Count ?? 0;

    /// <summary>Whether the limit is reached; nothing more is recorded then.</summary>
    public bool IsFull => Count >= limit;

    public ImmutableArray<InputError> ToErrors() => _errors?.ToImmutable() ?? [];

    public void Enter(string name) => _path.Add((name, 0));

    public void Enter(int index) => _path.Add((null, index));

    public void Leave() => _path.RemoveAt(_path.Count - 1);

    public void Clear() => _errors = null;

    public void Report(string message, SyntaxNode? node = null, InputFault fault = InputFault.Value)
    {
        if (IsFull)
        {
            return;
        }

        var path = ImmutableArray.CreateBuilder<object>(_path.Count);
        foreach (var (name, index) in _path)
        {
            path.Add(name ?? (object)index);
        }

        (_errors ??= ImmutableArray.CreateBuilder<InputError>()).Add(new InputError(message, path.MoveToImmutable(), node) { Fault = fault });
    }

    public void ReportUnknownField(InputObjectType type, string name, string found, SyntaxNode? node = null)
    {
        var hint = suggest ? Suggestions.DidYouMean(name, type.Fields.Keys) : "";
        var ending = hint.Length == 0 ? ", found" : $".{hint} Found";
        Report($"Expected value of type \"{type}\" not to include unknown field \"{name}\"{ending}: {found}.", node, InputFault.UnknownField);
    }

    public void ReportMissingField(InputObjectType type, InputValueDefinition field, string found, SyntaxNode? node = null)
        => Report($"Expected value of type \"{type}\" to include required field \"{field.Name}\", found: {found}.", node, InputFault.MissingField);

    public void ReportNoObject(InputObjectType type, string found, SyntaxNode? node = null)
        => Report($"Expected value of type \"{type}\" to be an object, found: {found}.", node);

    public void ReportNull(NonNullType type, SyntaxNode? node = null) => Report($"Expected value of non-null type \"{type}\" not to be null.", node);

    public void ReportNotOneField(InputObjectType type, SyntaxNode? node = null)
        => Report($"Within OneOf Input Object type \"{type}\", exactly one field must be specified, and the value for that field must be non-null.", node);

    public void ReportUnknownEnumValue(EnumType type, string found, SyntaxNode? node = null)
        => Report($"Value \"{found}\" does not exist in \"{type}\" enum.{HintEnumValue(type, found)}", node);

    public void ReportNoEnumValue(EnumType type, string kind, string found, SyntaxNode? node = null)
        => Report($"Enum \"{type}\" cannot represent {kind} value: {found}.{HintEnumValue(type, found)}", node);

    private string HintEnumValue(EnumType type, string found) => suggest ? Suggestions.DidYouMean(found, type.Values.Keys, "the enum value") : "";
}
