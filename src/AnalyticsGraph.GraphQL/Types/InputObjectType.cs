using System.Collections.Frozen;
using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Section 3.10: an input object type.</summary>
public sealed class InputObjectType(string name, string? description, ImmutableArray<DirectiveNode> directives, bool isOneOf)
    : NamedType(name, description, directives)
{
    private ImmutableArray<InputValueDefinition> _requiredOrDefaulted;
    private ImmutableArray<InputValueDefinition> _fieldList;

    /// <summary>The fields by name, in the order of the SDL.</summary>
    public IReadOnlyDictionary<string, InputValueDefinition> Fields { get; internal set; } = FrozenDictionary<string, InputValueDefinition>.Empty;

    /// <summary>Section 3.10.1: exactly one field must be given, and not null.</summary>
    public bool IsOneOf { get; } = isOneOf;

    /// <summary>Whether lists of it are <see cref="Execution.InputColumns"/>; said by the bindings of the schema that is executed.</summary>
    internal bool IsReadInColumns { get; set; }

    /// <summary>The fields in the order of the SDL.</summary>
    internal ImmutableArray<InputValueDefinition> FieldList => _fieldList.IsDefault ? _fieldList = [.. Fields.Values] : _fieldList;

    /// <summary>The fields that have a value, or are missed, where an object does not give them.</summary>
    internal ImmutableArray<InputValueDefinition> RequiredOrDefaulted =>
        _requiredOrDefaulted.IsDefault ? _requiredOrDefaulted = [.. Fields.Values.Where(input => input.HasDefault || input.IsRequired)] : _requiredOrDefaulted;
}
