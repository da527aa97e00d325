/** Classes that Keras and TensorFlow.js bring along and that hold nothing but numbers and names of each other. */
const plainClasses = new Set(
  `Sequential Functional Model InputLayer Input Dense Activation Dropout Flatten Reshape Permute RepeatVector Masking Embedding EinsumDense Identity
  ReLU LeakyReLU PReLU ELU ThresholdedReLU Softmax BatchNormalization LayerNormalization GroupNormalization UnitNormalization SpectralNormalization Normalization Rescaling
  Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose SeparableConv1D SeparableConv2D DepthwiseConv1D DepthwiseConv2D
  MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D
  GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
  ZeroPadding1D ZeroPadding2D ZeroPadding3D Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D UpSampling3D
  SimpleRNN SimpleRNNCell LSTM LSTMCell GRU GRUCell RNN StackedRNNCells Bidirectional TimeDistributed ConvLSTM1D ConvLSTM2D ConvLSTM3D
  Add Subtract Multiply Average Maximum Minimum Concatenate Dot Attention AdditiveAttention MultiHeadAttention GroupedQueryAttention
  GaussianNoise GaussianDropout AlphaDropout SpatialDropout1D SpatialDropout2D SpatialDropout3D ActivityRegularization Discretization CategoryEncoding
  Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal VarianceScaling Orthogonal Identity LeCunNormal LeCunUniform
  GlorotNormal GlorotUniform HeNormal HeUniform L1 L2 L1L2 OrthogonalRegularizer MaxNorm MinMaxNorm NonNeg UnitNorm
  SGD Adam AdamW Adamax Nadam Adagrad Adadelta RMSprop Ftrl Lion MeanSquaredError MeanAbsoluteError BinaryCrossentropy CategoricalCrossentropy
  SparseCategoricalCrossentropy Huber KLDivergence Poisson LogCosh Accuracy BinaryAccuracy CategoricalAccuracy AUC Precision Recall Mean
  DTypePolicy Policy GlobalPolicy __tuple__ __tensor__ __keras_tensor__ KerasTensor TensorShape`.split(/\s+/),
);

/** Where those classes live; everything below `keras` also holds functions that read files and addresses. */
const plainModules = /^(?:keras(?:\.(?:layers|models|initializers|regularizers|constraints|optimizers|losses|metrics|activations|src\.(?:models\.(?:functional|sequential|model)|engine\.(?:functional|sequential)|layers\.[a-z_.]+)))?|builtins)$/;

export const isPlainClass = (name: string): boolean => plainClasses.has(name);
/** `builtins` is where Keras says a plain name, of a loss for one, comes from; its functions need a class that is refused. */
export const isPlainModule = (name: string): boolean => plainModules.test(name);
