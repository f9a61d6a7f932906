package dev.nibble.kernel.jshell;

import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BindingPatternTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.CaseTree;
import com.sun.source.tree.CatchTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.DoWhileLoopTree;
import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ErroneousTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.ForLoopTree;
import com.sun.source.tree.IfTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.ReturnTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.ThrowTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TryTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.tree.WhileLoopTree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import dev.nibble.kernel.jshell.Candidates.Origin;
import dev.nibble.kernel.jshell.CodeLook.Found;
import dev.nibble.kernel.jshell.Completions.Match;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.ExecutableType;
import javax.lang.model.type.IntersectionType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.type.TypeVariable;
import javax.lang.model.type.WildcardType;

/** What the compiler knows about the names at the mark: members of what stands before it, locals, and what fits there. */
final class Members {
    private final Found found;
    private final TreePath mark;
    private final List<TypeMirror> expected;
    private final Map<String, TypeMirror> locals = new HashMap<>();

    Members(Found found) {
        this.found = found;
        this.mark = found.mark();
        this.expected = expected(mark);
    }

    // ---- after a dot

    /** The package before the dot, or null. */
    PackageElement packageBefore() {
        return mark.getLeaf() instanceof MemberSelectTree select
                        && element(select.getExpression()) instanceof PackageElement before
                ? before
                : null;
    }

    /** Members of what stands before the dot. */
    void membersInto(Candidates candidates) {
        ExpressionTree before;
        boolean isReference = mark.getLeaf() instanceof MemberReferenceTree;
        if (mark.getLeaf() instanceof MemberSelectTree select) {
            before = select.getExpression();
        } else if (mark.getLeaf() instanceof MemberReferenceTree reference) {
            before = reference.getQualifierExpression();
        } else {
            return;
        }
        Element element = Calls.isName(before) ? element(before) : null;
        TypeMirror type = new Calls(found).typeOf(new TreePath(mark, before));
        if (element instanceof TypeElement named) {
            members(named, (DeclaredType) named.asType(), candidates, isReference ? null : Boolean.TRUE);
            for (Element nested : found.elements().getAllMembers(named)) {
                if (nested instanceof TypeElement inner && isAccessible(inner)) {
                    candidates.add(
                            inner.getSimpleName().toString(),
                            new Match(inner.getSimpleName().toString(), kind(inner), ""),
                            Origin.TYPE,
                            false,
                            isDeprecated(inner));
                }
            }
            if (isReference) {
                candidates.add("new", new Match("new", "keyword", ""), Origin.KEYWORD, false, false);
            } else {
                candidates.add("class", new Match("class", "keyword", "Class"), Origin.OBJECT_MEMBER, false, false);
            }
        } else {
            instance(type, candidates);
        }
    }

    private void instance(TypeMirror type, Candidates candidates) {
        switch (type) {
            case null -> {}
            case ArrayType _ -> {
                candidates.add(
                        "length", new Match("length", "field", "int"), Origin.OWN_MEMBER, fits(TypeKind.INT), false);
                candidates.add(
                        "clone",
                        new Match("clone()", "method", "() → " + Signatures.type(type)),
                        Origin.OBJECT_MEMBER,
                        false,
                        false);
                TypeElement object = found.elements().getTypeElement("java.lang.Object");
                members(object, (DeclaredType) object.asType(), candidates, Boolean.FALSE);
            }
            case DeclaredType declared -> {
                if (declared.asElement() instanceof TypeElement named) {
                    members(named, declared, candidates, Boolean.FALSE);
                }
            }
            case TypeVariable variable -> instance(variable.getUpperBound(), candidates);
            case WildcardType wildcard -> instance(wildcard.getExtendsBound(), candidates);
            case IntersectionType all -> all.getBounds().forEach(bound -> instance(bound, candidates));
            default -> {}
        }
    }

    /** @param wantStatic null for both */
    private void members(TypeElement owner, DeclaredType type, Candidates candidates, Boolean wantStatic) {
        for (Element member : found.elements().getAllMembers(owner)) {
            boolean isStatic = member.getModifiers().contains(Modifier.STATIC);
            if (wantStatic == null || wantStatic == isStatic) {
                boolean ofObject = member.getEnclosingElement() instanceof TypeElement declaring
                        && declaring.getQualifiedName().contentEquals("java.lang.Object")
                        && !owner.getQualifiedName().contentEquals("java.lang.Object");
                add(member, type, ofObject ? Origin.OBJECT_MEMBER : Origin.OWN_MEMBER, candidates);
            }
        }
    }

    private void add(Element member, DeclaredType owner, Origin origin, Candidates candidates) {
        String name = member.getSimpleName().toString();
        if (name.indexOf('$') >= 0 || (!isAccessible(member) && !isOwn(member))) {
            return;
        }
        TypeMirror as = asMember(owner, member);
        if (member instanceof ExecutableElement method && method.getKind() == ElementKind.METHOD) {
            var type = (ExecutableType) as;
            String text = name + (method.getParameters().isEmpty() ? "()" : "(");
            candidates.add(
                    name,
                    new Match(text, "method", Signatures.method(method, type, null)),
                    origin,
                    fits(type.getReturnType()),
                    isDeprecated(member));
        } else if (member instanceof VariableElement field) {
            candidates.add(name, new Match(name, "field", Signatures.type(as)), origin, fits(as), isDeprecated(field));
        }
    }

    private TypeMirror asMember(DeclaredType owner, Element member) {
        try {
            return owner == null ? member.asType() : found.types().asMemberOf(owner, member);
        } catch (IllegalArgumentException notAMember) {
            return member.asType();
        }
    }

    private boolean isDeprecated(Element element) {
        return found.elements().isDeprecated(element);
    }

    /** Public, or of a class that cells define. */
    private boolean isAccessible(Element element) {
        if (element.getModifiers().contains(Modifier.PUBLIC)) {
            return true;
        }
        return !element.getModifiers().contains(Modifier.PRIVATE)
                && found.elements().getPackageOf(element).getQualifiedName().contentEquals("REPL");
    }

    /** Whether it is of the code that is being written. */
    private boolean isOwn(Element member) {
        return found.trees().getTree(member) != null;
    }

    static String kind(Element type) {
        return switch (type.getKind()) {
            case INTERFACE -> "interface";
            case ENUM -> "enum";
            default -> "class";
        };
    }

    // ---- names that nothing stands before

    /** Variables, parameters and members of classes around the mark; the nearest of a name hides the others. */
    void localsInto(Candidates candidates) {
        TreePath child = mark;
        for (TreePath at = mark.getParentPath(); at != null; child = at, at = at.getParentPath()) {
            Tree here = child.getLeaf();
            switch (at.getLeaf()) {
                case BlockTree block -> before(block.getStatements(), here, at, candidates);
                case CaseTree one -> {
                    one.getLabels().forEach(label -> bindings(label, candidates));
                    if (one.getStatements() != null) {
                        before(one.getStatements(), here, at, candidates);
                    }
                }
                case LambdaExpressionTree lambda -> variables(lambda.getParameters(), at, candidates);
                case MethodTree method -> variables(method.getParameters(), at, candidates);
                case EnhancedForLoopTree loop -> {
                    if (!here.equals(loop.getExpression())) {
                        variable(loop.getVariable(), at, candidates);
                    }
                }
                case ForLoopTree loop -> before(loop.getInitializer(), here, at, candidates);
                case TryTree tried -> {
                    for (Tree resource : tried.getResources()) {
                        if (resource instanceof VariableTree variable && !resource.equals(here)) {
                            variable(variable, at, candidates);
                        }
                    }
                }
                case CatchTree caught -> variable(caught.getParameter(), at, candidates);
                case IfTree branch -> {
                    if (!here.equals(branch.getCondition())) {
                        bindings(branch.getCondition(), candidates);
                    }
                }
                case ClassTree type -> ownMembers(at, type, candidates);
                case com.sun.source.tree.BinaryTree binary -> {
                    if (here.equals(binary.getRightOperand())) {
                        bindings(binary.getLeftOperand(), candidates);
                    }
                }
                default -> {}
            }
        }
    }

    private void before(List<? extends Tree> statements, Tree here, TreePath parent, Candidates candidates) {
        for (Tree statement : statements) {
            if (here.equals(statement)) {
                break;
            }
            if (statement instanceof VariableTree variable) {
                variable(variable, parent, candidates);
            }
        }
    }

    private void variables(List<? extends VariableTree> variables, TreePath parent, Candidates candidates) {
        for (VariableTree variable : variables) {
            variable(variable, parent, candidates);
        }
    }

    /** The type of a variable or parameter around the mark; null if none has that name. */
    TypeMirror localType(String name) {
        var candidates = new Candidates(new TypeNames.Prefix(name));
        localsInto(candidates);
        return locals.get(name);
    }

    private void variable(VariableTree variable, TreePath parent, Candidates candidates) {
        String name = variable.getName().toString();
        if (!name.equals(Cursor.MARK) && !name.isEmpty() && !name.contains("<error>")) {
            TypeMirror type = found.trees().getTypeMirror(new TreePath(parent, variable));
            String shown = type == null
                            || (type.getKind() == TypeKind.ERROR
                                    && type.toString().contains("<any>"))
                    ? ""
                    : Signatures.type(type);
            candidates.add(name, new Match(name, "instance", shown), Origin.LOCAL, fits(type), false);
            if (type != null) {
                locals.putIfAbsent(name, type);
            }
        }
    }

    private void bindings(Tree condition, Candidates candidates) {
        TreePath path = found.trees().getPath(found.unit(), condition);
        if (path == null) {
            return;
        }
        new TreePathScanner<Void, Void>() {
            @Override
            public Void visitBindingPattern(BindingPatternTree pattern, Void none) {
                variable(pattern.getVariable(), getCurrentPath(), candidates);
                return super.visitBindingPattern(pattern, null);
            }
        }.scan(path, null);
    }

    private void ownMembers(TreePath at, ClassTree type, Candidates candidates) {
        if (!(found.trees().getElement(at) instanceof TypeElement owner)) {
            return;
        }
        boolean isCell = type.getSimpleName().contentEquals(Cursor.CLASS);
        for (Element member : found.elements().getAllMembers(owner)) {
            boolean ofObject = member.getEnclosingElement() instanceof TypeElement declaring
                    && declaring.getQualifiedName().contentEquals("java.lang.Object");
            String name = member.getSimpleName().toString();
            if (isCell && (ofObject || name.equals("run"))) {
                continue;
            }
            if (member instanceof TypeElement nested) {
                candidates.add(name, new Match(name, kind(nested), ""), Origin.SESSION_TYPE, false, false);
            } else {
                add(
                        member,
                        (DeclaredType) owner.asType(),
                        ofObject ? Origin.OBJECT_MEMBER : isCell ? Origin.CELL_METHOD : Origin.OWN_MEMBER,
                        candidates);
            }
        }
    }

    /** What cells before have declared. */
    void sessionInto(SessionView view, Candidates candidates) {
        for (SessionView.Member member : view.members().reversed()) {
            if (candidates.has(member.name())) {
                continue;
            }
            TypeElement holder = found.elements().getTypeElement(member.holder());
            if (holder == null) {
                continue;
            }
            for (Element element : holder.getEnclosedElements()) {
                if (element.getSimpleName().contentEquals(member.name())) {
                    session(member, element, candidates);
                }
            }
        }
    }

    private void session(SessionView.Member member, Element element, Candidates candidates) {
        String name = member.name();
        switch (element) {
            case ExecutableElement method -> add(method, null, Origin.CELL_METHOD, candidates);
            case TypeElement type ->
                candidates.add(name, new Match(name, kind(type), ""), Origin.SESSION_TYPE, false, false);
            default -> {
                String type = Signatures.type(element.asType());
                candidates.add(name, new Match(name, "instance", type), Origin.SESSION, fits(element.asType()), false);
            }
        }
    }

    /** Static members that imports bring, of the classes of that full name. */
    void functionsInto(Set<String> classes, Candidates candidates) {
        for (String name : classes) {
            TypeElement type = found.elements().getTypeElement(name);
            if (type == null) {
                continue;
            }
            for (Element member : type.getEnclosedElements()) {
                if (member.getModifiers().contains(Modifier.STATIC) && !(member instanceof TypeElement)) {
                    add(member, null, Origin.FUNCTION, candidates);
                }
            }
        }
    }

    /** Constants of the enum that is expected here: alone after {@code case}, else with their class. */
    void constantsInto(boolean isCase, Candidates candidates) {
        for (TypeMirror type : expected) {
            if (type instanceof DeclaredType declared
                    && declared.asElement() instanceof TypeElement owner
                    && owner.getKind() == ElementKind.ENUM) {
                for (Element constant : owner.getEnclosedElements()) {
                    if (constant.getKind() == ElementKind.ENUM_CONSTANT) {
                        String name = constant.getSimpleName().toString();
                        String text = isCase ? name : owner.getSimpleName() + "." + name;
                        candidates.add(
                                text, new Match(text, "field", Signatures.type(type)), Origin.LOCAL, true, false);
                    }
                }
            }
        }
    }

    /** Types that the cell itself declares. */
    void ownTypesInto(Candidates candidates) {
        for (TreePath at = mark; at != null; at = at.getParentPath()) {
            if (at.getLeaf() instanceof ClassTree type) {
                for (Tree member : type.getMembers()) {
                    if (member instanceof ClassTree nested) {
                        String name = nested.getSimpleName().toString();
                        candidates.add(name, new Match(name, "class", ""), Origin.SESSION_TYPE, false, false);
                    }
                }
            }
        }
    }

    /** Types that cells before have declared. */
    void sessionTypesInto(SessionView view, Candidates candidates) {
        for (SessionView.Member member : view.members().reversed()) {
            TypeElement holder = member.kind() == SessionView.MemberKind.TYPE
                    ? found.elements().getTypeElement(member.holder() + "." + member.name())
                    : null;
            if (holder != null) {
                candidates.add(
                        member.name(),
                        new Match(member.name(), kind(holder), ""),
                        Origin.SESSION_TYPE,
                        fits(holder.asType()),
                        false);
            }
        }
    }

    /** Static members of a class, with what they are. */
    void staticsInto(String className, Candidates candidates) {
        TypeElement type = found.elements().getTypeElement(className);
        if (type != null) {
            for (Element member : type.getEnclosedElements()) {
                if (member.getModifiers().contains(Modifier.STATIC) && isAccessible(member)) {
                    String name = member.getSimpleName().toString();
                    String kind = member instanceof ExecutableElement
                            ? "method"
                            : member instanceof TypeElement ? kind(member) : "field";
                    candidates.add(name, new Match(name, kind, ""), Origin.OWN_MEMBER, false, isDeprecated(member));
                }
            }
        }
    }

    // ---- what fits

    /** Whether a value of that type is expected at the mark. */
    boolean fits(TypeMirror type) {
        if (type == null || type.getKind() == TypeKind.VOID || type.getKind() == TypeKind.ERROR) {
            return false;
        }
        for (TypeMirror wanted : expected) {
            if (found.types()
                    .isAssignable(found.types().erasure(type), found.types().erasure(wanted))) {
                return true;
            }
        }
        return false;
    }

    boolean fits(TypeKind kind) {
        return fits(found.types().getPrimitiveType(kind));
    }

    /** The types that are expected at the mark; empty if any will do. */
    List<TypeMirror> expected() {
        return expected;
    }

    private List<TypeMirror> expected(TreePath at) {
        if (at == null || at.getParentPath() == null) {
            return List.of();
        }
        Tree here = at.getLeaf();
        TreePath parent = at.getParentPath();
        var types = new ArrayList<TypeMirror>();
        switch (parent.getLeaf()) {
            case VariableTree variable -> {
                if (here.equals(variable.getInitializer()) && variable.getType() != null) {
                    types.add(found.trees().getTypeMirror(new TreePath(parent, variable.getType())));
                }
            }
            case AssignmentTree assignment -> {
                if (here.equals(assignment.getExpression())) {
                    types.add(type(parent, assignment.getVariable()));
                }
            }
            case IfTree _, WhileLoopTree _, DoWhileLoopTree _ -> types.add(primitive(TypeKind.BOOLEAN));
            case ForLoopTree loop -> {
                if (here.equals(loop.getCondition())) {
                    types.add(primitive(TypeKind.BOOLEAN));
                }
            }
            case ParenthesizedTree _ -> types.addAll(expected(parent));
            case ErroneousTree _ -> types.addAll(expected(parent));
            case ConditionalExpressionTree choice -> {
                if (here.equals(choice.getCondition())) {
                    types.add(primitive(TypeKind.BOOLEAN));
                } else {
                    types.addAll(expected(parent));
                }
            }
            case ThrowTree _ ->
                types.add(found.elements().getTypeElement("java.lang.Throwable").asType());
            case EnhancedForLoopTree loop -> {
                if (here.equals(loop.getExpression())) {
                    types.add(found.types()
                            .erasure(found.elements()
                                    .getTypeElement("java.lang.Iterable")
                                    .asType()));
                }
            }
            case ReturnTree _ -> returned(parent, types);
            case MethodInvocationTree call ->
                types.addAll(argument(
                        new Calls(found).of(parent), call.getArguments().indexOf(here)));
            case NewClassTree call ->
                types.addAll(argument(
                        new Calls(found).of(parent), call.getArguments().indexOf(here)));
            case com.sun.source.tree.ConstantCaseLabelTree _ -> switched(parent, types);
            default -> {}
        }
        types.removeIf(type -> type == null
                || type.getKind() == TypeKind.ERROR
                || type.getKind() == TypeKind.TYPEVAR
                || type.toString().equals("java.lang.Object"));
        return types;
    }

    private void returned(TreePath from, List<TypeMirror> types) {
        for (TreePath at = from; at != null; at = at.getParentPath()) {
            if (at.getLeaf() instanceof LambdaExpressionTree) {
                return;
            }
            if (at.getLeaf() instanceof MethodTree method) {
                if (method.getReturnType() != null) {
                    types.add(type(at, method.getReturnType()));
                }
                return;
            }
        }
    }

    private void switched(TreePath from, List<TypeMirror> types) {
        for (TreePath at = from; at != null; at = at.getParentPath()) {
            ExpressionTree on = at.getLeaf() instanceof SwitchTree statement
                    ? statement.getExpression()
                    : at.getLeaf() instanceof SwitchExpressionTree expression ? expression.getExpression() : null;
            if (on != null) {
                types.add(type(at, on));
                return;
            }
        }
    }

    private List<TypeMirror> argument(List<Calls.Candidate> calls, int index) {
        var types = new ArrayList<TypeMirror>();
        if (index >= 0) {
            for (Calls.Candidate call : calls) {
                TypeMirror type = call.parameterType(index);
                if (type != null) {
                    types.add(type);
                }
            }
            if (types.stream().anyMatch(type -> type.toString().equals("java.lang.Object"))) {
                return List.of();
            }
        }
        return types;
    }

    private TypeMirror primitive(TypeKind kind) {
        return found.types().getPrimitiveType(kind);
    }

    private Element element(Tree tree) {
        return found.trees().getElement(new TreePath(mark, tree));
    }

    private TypeMirror type(TreePath parent, Tree tree) {
        return found.trees().getTypeMirror(new TreePath(parent, tree));
    }
}
