using System.Buffers;
using System.Globalization;
using System.Text;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Writes values, types, arguments, directives and variable definitions: what mostly stands on one line, and breaks when it grows longer than 80 characters.</summary>
internal static class ValuePrinter
{
    private const int MaxLineLength = 80;

    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(code => (char)code), '"', '\\']);

    public static string Print(SyntaxNode node) => node switch
    {
        NameNode name => name.Value,
        VariableNode variable => $"${variable.Name.Value}",
        IntValueNode integer => integer.Value,
        FloatValueNode real => real.Value,
        StringValueNode text => text.Block ? BlockStrings.Print(text.Value) : Quote(text.Value),
        BooleanValueNode boolean => boolean.Value ? "true" : "false",
        NullValueNode => "null",
        EnumValueNode value => value.Value,
        ListValueNode list => List(list),
        ObjectValueNode value => Object(value),
        ObjectFieldNode field => $"{field.Name.Value}: {Print(field.Value)}",
        ArgumentNode argument => $"{argument.Name.Value}: {Print(argument.Value)}",
        DirectiveNode directive => Directive(directive),
        TypeNode type => type.ToString()!,
        VariableDefinitionNode variable => Variable(variable),
        InputValueDefinitionNode input => InputValue(input),
        RootOperationTypeNode root => $"{Keyword(root.Operation)}: {root.Type}",
        _ => throw new ArgumentException($"No text is known for {node.GetType().Name}.", nameof(node)),
    };

    public static string Keyword(OperationType operation) => operation switch
    {
        OperationType.Query => "query",
        OperationType.Mutation => "mutation",
        _ => "subscription",
    };

    /// <summary>The name and arguments of a field: on one line if that is not too long.</summary>
    public static string WithArguments(string name, IReadOnlyList<ArgumentNode> arguments)
    {
        if (arguments.Count == 0)
        {
            return name;
        }

        var printed = arguments.Select(Print).ToArray();
        var line = string.Join(", ", printed);
        return name.Length + line.Length + 2 > MaxLineLength ? $"{name}(\n{Indent(printed)}\n)" : $"{name}({line})";
    }

    /// <summary>The directives, each after a space.</summary>
    public static string Directives(IEnumerable<DirectiveNode> directives) => string.Concat(directives.Select(directive => $" {Directive(directive)}"));

    /// <summary>The description with its line break, or nothing.</summary>
    public static string Description(StringValueNode? description) => description is null ? "" : $"{Print(description)}\n";

    /// <summary>A string between double quotes.</summary>
    public static string Quote(string value)
    {
        if (!value.AsSpan().ContainsAny(Escaped))
        {
            return $"\"{value}\"";
        }

        var text = new StringBuilder("\"");
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                _ when Escaped.Contains(character) => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
                _ => text.Append(character),
            };
        }

        return text.Append('"').ToString();
    }

    /// <summary>Whether any item needs more than one line.</summary>
    public static bool AnyMultiline(IEnumerable<string> items) => items.Any(item => item.Contains('\n', StringComparison.Ordinal));

    /// <summary>The items, each on lines of its own, two spaces in.</summary>
    public static string Indent(IEnumerable<string> items) => $"  {string.Join('\n', items).Replace("\n", "\n  ", StringComparison.Ordinal)}";

    private static string Directive(DirectiveNode directive) =>
        directive.Arguments.IsEmpty ? $"@{directive.Name.Value}" : $"@{directive.Name.Value}({string.Join(", ", directive.Arguments.Select(Print))})";

    private static string List(ListValueNode list)
    {
        var items = list.Values.Select(Print).ToArray();
        var line = string.Join(", ", items);
        return line.Length + 2 > MaxLineLength ? $"[\n{Indent(items)}\n]" : $"[{line}]";
    }

    private static string Object(ObjectValueNode value)
    {
        var fields = value.Fields.Select(Print).ToArray();
        var line = string.Join(", ", fields);
        return line.Length + 4 > MaxLineLength ? $"{{\n{Indent(fields)}\n}}" : $"{{ {line} }}";
    }

    private static string Variable(VariableDefinitionNode variable) =>
        $"{Description(variable.Description)}{Print(variable.Variable)}: {variable.Type}{Default(variable.DefaultValue)}{Directives(variable.Directives)}";

    private static string InputValue(InputValueDefinitionNode input) =>
        $"{Description(input.Description)}{input.Name.Value}: {input.Type}{Default(input.DefaultValue)}{Directives(input.Directives)}";

    private static string Default(ValueNode? value) => value is null ? "" : $" = {Print(value)}";
}
