using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>Makes syntax nodes of type system definitions by code.</summary>
internal static class Sdl
{
    public static NamedTypeNode Named(string name) => new(new NameNode(name));

    public static NonNullTypeNode Required(string name) => new(Named(name));

    public static ListTypeNode ListOf(string name) => new(Required(name));

    public static StringValueNode Described(string text) => new(text);

    public static InputValueDefinitionNode Input(string name, TypeNode type, string description, ValueNode? defaultValue = null) =>
        new(Described(description), new NameNode(name), type, defaultValue, []);

    public static FieldDefinitionNode Field(string name, TypeNode type, string description, params ReadOnlySpan<InputValueDefinitionNode> arguments) =>
        new(Described(description), new NameNode(name), [.. arguments], type, []);

    public static DirectiveNode Directive(string name, params ReadOnlySpan<(string Name, ValueNode? Value)> arguments)
    {
        var nodes = ImmutableArray.CreateBuilder<ArgumentNode>(arguments.Length);
        foreach (var (argument, value) in arguments)
        {
            if (value is not null)
            {
                nodes.Add(new ArgumentNode(new NameNode(argument), value));
            }
        }

        return new DirectiveNode(new NameNode(name), nodes.ToImmutable());
    }

    public static ObjectTypeDefinitionNode Object(string name, string description, params ReadOnlySpan<FieldDefinitionNode> fields) =>
        new(Described(description), new NameNode(name), [], [], [.. fields]);

    public static InputObjectTypeDefinitionNode InputObject(string name, string description, IEnumerable<InputValueDefinitionNode> fields, bool oneOf = false) =>
        new(Described(description), new NameNode(name), oneOf ? [new DirectiveNode(new NameNode("oneOf"), [])] : [], [.. fields]);

    public static EnumTypeDefinitionNode Enum(string name, string description, params ReadOnlySpan<(string Name, string Description)> values)
    {
        var nodes = ImmutableArray.CreateBuilder<EnumValueDefinitionNode>(values.Length);
        foreach (var (value, text) in values)
        {
            nodes.Add(new EnumValueDefinitionNode(Described(text), new NameNode(value), []));
        }

        return new EnumTypeDefinitionNode(Described(description), new NameNode(name), [], nodes.ToImmutable());
    }
}
