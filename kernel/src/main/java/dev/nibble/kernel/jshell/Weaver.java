package dev.nibble.kernel.jshell;

import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassHierarchyResolver.ClassHierarchyInfo;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Changes the compiled code of cells, and of cells only: a stop check at the start of every method, before every jump
 * backwards, after every call of what is not a cell's, and at the start of every {@code catch} that would swallow a
 * stop; calls that would end the process call {@link ExitGuard} instead. A cell that is stopped during a long call of a
 * library therefore does nothing any more once that call returns.
 */
final class Weaver {
    private static final ClassDesc CHECK = StopCheck.class.describeConstable().orElseThrow();
    private static final ClassDesc GUARD = ExitGuard.class.describeConstable().orElseThrow();
    private static final ClassDesc SYSTEM = ClassDesc.of("java.lang.System");
    private static final ClassDesc RUNTIME = ClassDesc.of("java.lang.Runtime");
    private static final MethodTypeDesc STATUS = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
    private static final MethodTypeDesc RUNTIME_STATUS =
            MethodTypeDesc.of(ConstantDescs.CD_void, RUNTIME, ConstantDescs.CD_int);
    /** The package of the classes that cells define, whose methods begin with a check. */
    private static final String CELLS = "REPL/";

    private static final Set<String> SWALLOWS = Set.of("java/lang/Throwable", "java/lang/Error");

    private static final Set<DirectMethodHandleDesc.Kind> FIELDS = Set.of(
            DirectMethodHandleDesc.Kind.GETTER,
            DirectMethodHandleDesc.Kind.SETTER,
            DirectMethodHandleDesc.Kind.STATIC_GETTER,
            DirectMethodHandleDesc.Kind.STATIC_SETTER);

    private final Map<ClassDesc, ClassHierarchyInfo> woven = new ConcurrentHashMap<>();
    private ClassFile classFile;

    /** @param library resolves the classes that cells refer to */
    Weaver(ClassLoader library) {
        library(library);
    }

    /** Resolves by another loader from now on. */
    void library(ClassLoader library) {
        // Stack maps are computed afresh, which takes the super classes of cells' own classes too.
        ClassHierarchyResolver cells = woven::get;
        ClassHierarchyResolver others = ClassHierarchyResolver.ofResourceParsing(name -> resource(library, name))
                .cached();
        classFile = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(cells.orElse(others)));
    }

    private static InputStream resource(ClassLoader loader, ClassDesc name) {
        String descriptor = name.descriptorString();
        return loader.getResourceAsStream(descriptor.substring(1, descriptor.length() - 1) + ".class");
    }

    /** Notes a class that comes with others, before any of them is woven: they may refer to each other. */
    void announce(byte[] bytes) {
        ClassModel model = classFile.parse(bytes);
        ClassDesc superclass = model.superclass().map(entry -> entry.asSymbol()).orElse(ConstantDescs.CD_Object);
        woven.put(
                model.thisClass().asSymbol(),
                model.flags().has(AccessFlag.INTERFACE)
                        ? ClassHierarchyInfo.ofInterface()
                        : ClassHierarchyInfo.ofClass(superclass));
    }

    byte[] weave(byte[] bytes) {
        return classFile.transformClass(
                classFile.parse(bytes),
                ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(MethodWeaver::new)));
    }

    private static final class MethodWeaver implements CodeTransform {
        private final Set<Label> behind = new HashSet<>();
        private final Set<Label> swallowing = new HashSet<>();

        @Override
        public void atStart(CodeBuilder builder) {
            check(builder);
        }

        @Override
        public void accept(CodeBuilder builder, CodeElement element) {
            switch (element) {
                case ExceptionCatch handler -> {
                    if (handler.catchType()
                            .filter(type -> SWALLOWS.contains(type.asInternalName()))
                            .isPresent()) {
                        swallowing.add(handler.handler());
                    }
                    builder.with(element);
                }
                case LabelTarget target -> {
                    behind.add(target.label());
                    builder.with(element);
                    if (swallowing.contains(target.label())) {
                        check(builder);
                    }
                }
                case BranchInstruction branch
                when behind.contains(branch.target()) -> {
                    check(builder);
                    builder.with(element);
                }
                case InvokeInstruction call
                when guarded(call.owner().asSymbol(), call.name().stringValue(), call.typeSymbol()) ->
                    guard(builder, call);
                case InvokeInstruction call -> {
                    builder.with(call);
                    if (!call.owner().asInternalName().startsWith(CELLS)) {
                        check(builder);
                    }
                }
                case InvokeDynamicInstruction call -> lambda(builder, call);
                default -> builder.with(element);
            }
        }

        private static void check(CodeBuilder builder) {
            builder.invokestatic(CHECK, "check", ConstantDescs.MTD_void);
        }

        private static boolean guarded(ClassDesc owner, String name, MethodTypeDesc type) {
            if (!type.equals(STATUS)) {
                return false;
            }
            return owner.equals(SYSTEM)
                    ? name.equals("exit")
                    : owner.equals(RUNTIME) && (name.equals("exit") || name.equals("halt"));
        }

        private static void guard(CodeBuilder builder, InvokeInstruction call) {
            boolean onSystem = call.owner().asSymbol().equals(SYSTEM);
            builder.invokestatic(GUARD, call.name().stringValue(), onSystem ? STATUS : RUNTIME_STATUS);
        }

        /** {@code System::exit} and the like. */
        private static void lambda(CodeBuilder builder, InvokeDynamicInstruction call) {
            DynamicCallSiteDesc site = call.invokedynamic().asSymbol();
            ConstantDesc[] arguments = site.bootstrapArgs().clone();
            boolean changed = false;
            for (int i = 0; i < arguments.length; i++) {
                if (arguments[i] instanceof DirectMethodHandleDesc method
                        && !FIELDS.contains(method.kind())
                        && guarded(
                                method.owner(),
                                method.methodName(),
                                MethodTypeDesc.ofDescriptor(method.lookupDescriptor()))) {
                    boolean onSystem = method.owner().equals(SYSTEM);
                    arguments[i] = MethodHandleDesc.ofMethod(
                            DirectMethodHandleDesc.Kind.STATIC,
                            GUARD,
                            method.methodName(),
                            onSystem ? STATUS : RUNTIME_STATUS);
                    changed = true;
                }
            }
            if (changed) {
                builder.invokedynamic(DynamicCallSiteDesc.of(
                        (DirectMethodHandleDesc) site.bootstrapMethod(),
                        site.invocationName(),
                        site.invocationType(),
                        arguments));
            } else {
                builder.with(call);
            }
        }
    }
}
