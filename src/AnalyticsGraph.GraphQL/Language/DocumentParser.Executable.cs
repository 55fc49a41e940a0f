using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Language;

/// <content>Sections 2.3 to 2.8 and 2.12: operations, selections, fragments, directives.</content>
internal ref partial struct DocumentParser
{
    private OperationDefinitionNode ParseShorthandQuery()
    {
        var start = Here();
        var selections = ParseSelectionSet();
        return new OperationDefinitionNode(OperationType.Query, null, [], [], selections, null, From(start));
    }

    private OperationDefinitionNode ParseOperation(Location start, StringValueNode? description)
    {
        var operation = ParseOperationType();
        var name = _lexer.Kind == TokenKind.Name ? ParseName() : null;
        var variables = ParseVariableDefinitions();
        var directives = ParseDirectives(isConstant: false);
        var selections = ParseSelectionSet();
        return new OperationDefinitionNode(operation, name, variables, directives, selections, description, From(start));
    }

    private OperationType ParseOperationType()
    {
        if (_lexer.Kind != TokenKind.Name)
        {
            throw Expected(TokenKind.Name);
        }

        OperationType? operation = _lexer.Text switch
        {
            var text when text.SequenceEqual("query"u8) => OperationType.Query,
            var text when text.SequenceEqual("mutation"u8) => OperationType.Mutation,
            var text when text.SequenceEqual("subscription"u8) => OperationType.Subscription,
            _ => null,
        };
        var unknown = operation is null ? Unexpected() : null;
        _lexer.Advance();
        return operation ?? throw unknown!;
    }

    private ImmutableArray<VariableDefinitionNode> ParseVariableDefinitions()
    {
        if (!Skip(TokenKind.ParenthesisLeft))
        {
            return [];
        }

        var from = _nodeCount;
        do
        {
            var start = Here();
            var description = ParseDescription();
            var variable = ParseVariable();
            Expect(TokenKind.Colon);
            var type = ParseType();
            var defaultValue = Skip(TokenKind.Equal) ? ParseValue(isConstant: true) : null;
            var directives = ParseDirectives(isConstant: true);
            Push(new VariableDefinitionNode(variable, type, defaultValue, directives, description, From(start)));
        }
        while (!Skip(TokenKind.ParenthesisRight));
        return Pop<VariableDefinitionNode>(from);
    }

    private SelectionSetNode ParseSelectionSet()
    {
        var start = Here();
        Expect(TokenKind.BraceLeft);
        Enter();
        var from = _nodeCount;
        do
        {
            Push(_lexer.Kind == TokenKind.Spread ? ParseSpread() : ParseField());
        }
        while (!Skip(TokenKind.BraceRight));
        Leave();
        return new SelectionSetNode(Pop<SelectionNode>(from), From(start));
    }

    private FieldNode ParseField()
    {
        var start = Here();
        var name = ParseName();
        NameNode? alias = null;
        if (Skip(TokenKind.Colon))
        {
            alias = name;
            Count(ref _aliases, _limits.MaxAliases, "aliases");
            name = ParseName();
        }

        var arguments = ParseArguments(isConstant: false);
        var directives = ParseDirectives(isConstant: false);
        var selections = _lexer.Kind == TokenKind.BraceLeft ? ParseSelectionSet() : null;
        return new FieldNode(alias, name, arguments, directives, selections, From(start));
    }

    private SelectionNode ParseSpread()
    {
        var start = Here();
        Expect(TokenKind.Spread);
        var hasCondition = SkipKeyword("on"u8);
        if (!hasCondition && _lexer.Kind == TokenKind.Name)
        {
            var name = ParseName();
            return new FragmentSpreadNode(name, ParseDirectives(isConstant: false), From(start));
        }

        var condition = hasCondition ? ParseNamedType() : null;
        var directives = ParseDirectives(isConstant: false);
        var selections = ParseSelectionSet();
        return new InlineFragmentNode(condition, directives, selections, From(start));
    }

    private FragmentDefinitionNode ParseFragment(Location start, StringValueNode? description)
    {
        ExpectKeyword("fragment"u8);
        if (_lexer.Kind == TokenKind.Name && _lexer.Text.SequenceEqual("on"u8))
        {
            throw Unexpected();
        }

        var name = ParseName();
        ExpectKeyword("on"u8);
        var condition = ParseNamedType();
        var directives = ParseDirectives(isConstant: false);
        var selections = ParseSelectionSet();
        return new FragmentDefinitionNode(name, condition, directives, selections, description, From(start));
    }

    private ImmutableArray<ArgumentNode> ParseArguments(bool isConstant)
    {
        if (!Skip(TokenKind.ParenthesisLeft))
        {
            return [];
        }

        var from = _nodeCount;
        do
        {
            var start = Here();
            var name = ParseName();
            Expect(TokenKind.Colon);
            var value = ParseValue(isConstant);
            Push(new ArgumentNode(name, value, From(start)));
        }
        while (!Skip(TokenKind.ParenthesisRight));
        return Pop<ArgumentNode>(from);
    }

    private ImmutableArray<DirectiveNode> ParseDirectives(bool isConstant)
    {
        if (_lexer.Kind != TokenKind.At)
        {
            return [];
        }

        var from = _nodeCount;
        do
        {
            var start = Here();
            Count(ref _directives, _limits.MaxDirectives, "directives");
            Expect(TokenKind.At);
            var name = ParseName();
            var arguments = ParseArguments(isConstant);
            Push(new DirectiveNode(name, arguments, From(start)));
        }
        while (_lexer.Kind == TokenKind.At);
        return Pop<DirectiveNode>(from);
    }
}
